#!/bin/sh
# Builds and starts `bellwether serve`: the code of `make run`. It needs Rust and a C compiler.
#
# The build prints one line with the number of built crates, and nothing if everything is up to date.
set -eu
cd "$(dirname "$0")/.."
command -v cargo > /dev/null || { echo "cargo is not on PATH; install Rust 1.95 or later: https://rustup.rs" >&2; exit 2; }
command -v "${CC:-cc}" > /dev/null || { echo "there is no C compiler on PATH; Debian: apt-get install gcc libc6-dev" >&2; exit 2; }

# Prints the number of packages.
packages() {
	cargo tree --locked --quiet -p bellwether-cli -e normal,build --prefix none --format '{p}' | sed 's/ (\*)$//; s/ (proc-macro)//' | sort -u | wc -l | tr -d ' '
}

# Reads the JSON lines that Cargo prints for each artifact. The last line is the exit code of Cargo.
progress() {
	begun=$(date +%s) built=0 total='' seen=' '
	while IFS= read -r line; do
		case $line in
		exit=*) code=${line#exit=} && continue ;;
		*'"reason":"compiler-artifact"'*) ;;
		*) continue ;;
		esac
		id=${line#*'"package_id":"'} && id=${id%%'"'*}
		case $seen in *" $id "*) ;; *) seen="$seen$id " built=$((built + 1)) ;; esac
		case $line in *'"fresh":true'*) continue ;; esac
		if [ -z "$total" ]; then
			total=$(packages)
			[ -t 1 ] || echo "building $total crates; the first time takes some minutes"
		fi
		[ ! -t 1 ] || printf '\rbuilding: %d of %d crates ' "$built" "$total"
	done
	[ -z "$total" ] || [ ! -t 1 ] || printf '\r\033[K'
	[ -z "$total" ] || [ "${code:-1}" -ne 0 ] || echo "built in $(($(date +%s) - begun)) s"
	return "${code:-1}"
}

{
	code=0
	cargo build --locked --quiet -p bellwether-cli --message-format=json-render-diagnostics || code=$?
	echo "exit=$code"
} | progress

exec "${CARGO_TARGET_DIR:-target}/debug/bellwether" serve "$@"
