# fish completion of nieuws. What there is, nieuws itself knows: nieuws complete.

function __nieuws_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    for line in ($words[1] complete $words[2..-1] "$typed" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$typed"
            case :folders
                __fish_complete_directories "$typed"
            case '*'
                echo $line
        end
    end
end

complete -c nieuws -f -k -a '(__nieuws_complete)'
