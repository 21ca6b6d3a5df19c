"""Runs a command; prints its exit status, the processor time (s) and the most memory (KiB) that it took.
usage: limits.py OUT ERR COMMAND..."""
import os, resource, signal, sys

with open(sys.argv[1], 'wb') as out, open(sys.argv[2], 'wb') as err:
    pid = os.fork()
    if pid == 0:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(sys.argv[3], sys.argv[3:])
    _, status, usage = os.wait4(pid, 0)
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
print(code, round(usage.ru_utime + usage.ru_stime, 2), usage.ru_maxrss)
