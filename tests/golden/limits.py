"""Runs a command, and prints its exit status, the processor time (s) and the most memory (KiB) that it took.
usage: limits.py OUT ERR COMMAND...
Without arguments it runs one for each line of standard input, a JSON list of the same. It is a program of its own, since
the memory of a child begins with that of its parent."""
import json, os, resource, signal, sys


def run(out, err, *words):
    pid = os.fork()
    if pid == 0:
        for number, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
        resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
    print(code, round(usage.ru_utime + usage.ru_stime, 2), usage.ru_maxrss, flush=True)


if sys.argv[1:]:
    run(*sys.argv[1:])
else:
    for line in sys.stdin:
        run(*json.loads(line))
