# bash completion for kenporter. Commands and options come from the program's own help.
_kenporter()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word
    local commands
    commands=$(LC_ALL=C kenporter help 2>/dev/null | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p' | grep -v '^kenporter$')
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if grep -qxF -- "$word" <<<"$commands"; then
            command=$word
            break
        fi
    done
    case $previous in
        help) command= ;;
        --age-rule) COMPREPLY=($(compgen -W "birthday statute" -- "$current")); return ;;
        --lang) COMPREPLY=($(compgen -W "ja en" -- "$current")); return ;;
        --progress) COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
        --notes) COMPREPLY=($(compgen -W "summary all" -- "$current")); return ;;
        --format) COMPREPLY=($(compgen -W "table csv jsonl" -- "$current")); return ;;
    esac
    if [[ -z $command && $current != -* ]]; then
        COMPREPLY=($(compgen -W "$commands help version" -- "$current"))
    elif [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$(LC_ALL=C kenporter help $command 2>/dev/null |
            sed -n 's/^ .*\(--[a-z-]*\).*/\1/p') --help" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _kenporter kenporter
