# fish completion for kenporter. Commands and options come from the program's own help.
function __kenporter_commands
    LC_ALL=C kenporter help 2>/dev/null | string match -r '^  [a-z][a-z0-9-]* +.*' |
        string replace -r '^  ([a-z0-9-]+) +' '$1\t' | string match -v 'kenporter*'
end

function __kenporter_command
    set -l names (__kenporter_commands | string replace -r '\t.*' '')
    for word in (commandline -opc)[2..-1]
        if contains -- $word $names
            echo $word
            return 0
        end
    end
    return 1
end

function __kenporter_options
    LC_ALL=C kenporter help (__kenporter_command) 2>/dev/null |
        string replace -rf '^ .*(--[a-z-]+)\S*( [A-Z]\S*)? +(.*)' '$1\t$3'
end

complete -c kenporter -n 'not __kenporter_command >/dev/null' -a '(__kenporter_commands)' -f
complete -c kenporter -n 'string match -q -- "-*" (commandline -ct)' -a '(__kenporter_options)' -f
