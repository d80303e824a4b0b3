# bash completion of nieuws. What there is, nieuws itself knows: nieuws complete.

_nieuws() {
	local line value what typed prefix=
	local -a words values=() shown=()

	# bash takes "state:" and "new" apart: words as they were typed.
	typed=${COMP_LINE:0:COMP_POINT}
	words=()
	_nieuws_split "$typed"
	typed=${words[${#words[@]}-1]}
	# What stands before the last colon or = is there already, and is not typed again.
	case $typed in
	*[:=]*) [[ $COMP_WORDBREAKS == *:* ]] && prefix=${typed%"${typed##*[:=]}"} ;;
	esac

	while IFS= read -r line; do
		case $line in
		:files) compopt -o filenames; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$typed"); return ;;
		:folders) compopt -o filenames; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$typed"); return ;;
		esac
		value=${line%%$'\t'*}
		what=${line#*$'\t'}
		values+=("${value#"$prefix"}")
		shown+=("${value#"$prefix"}${what:+  ($what)}")
	done < <("${words[0]}" complete "${words[@]:1}" 2>/dev/null)

	# One is typed, without its words; of several the words help to choose. While what they share
	# is longer than what is typed, that is typed first.
	if ((${#values[@]} <= 1)) || ! _nieuws_told "${typed#"$prefix"}"; then
		COMPREPLY=("${values[@]}")
	else
		COMPREPLY=("${shown[@]}")
		compopt -o nosort 2>/dev/null
	fi
	[[ ${#values[@]} == 1 && ${values[0]} == *: ]] && compopt -o nospace
}

# Words of a line: quotes keep spaces, the last word may be empty.
_nieuws_split() {
	local rest=$1 word= quote= c i

	for ((i = 0; i < ${#rest}; i++)); do
		c=${rest:i:1}
		if [[ -n $quote ]]; then
			if [[ $c == "$quote" ]]; then quote=; else word+=$c; fi
		elif [[ $c == [\"\'] ]]; then
			quote=$c
		elif [[ $c == '\' ]]; then
			((i++))
			word+=${rest:i:1}
		elif [[ $c == [[:space:]] ]]; then
			[[ -n $word ]] && words+=("$word")
			word=
		else
			word+=$c
		fi
	done
	words+=("$word")
}

# Whether words may stand behind: only where no value goes on from what all share.
_nieuws_told() {
	local value first=${values[0]} length

	for ((length = ${#first}; length > 0; length--)); do
		for value in "${values[@]}"; do
			[[ ${value:0:length} == "${first:0:length}" ]] || continue 2
		done
		break
	done
	((length <= ${#1}))
}

complete -F _nieuws nieuws
