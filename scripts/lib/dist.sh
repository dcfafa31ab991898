# shellcheck shell=bash
# How the program of a release is built, for scripts/package and the benches; they source this file from the project's folder.
# With the profile that scripts/train has written, the compiler knows what a desk runs often: that is fast and lies together,
# the rest is small. So an idle desk needs a quarter less memory. Without the profile the program is built as ever.

trained=$PWD/target/trained.profdata
if [[ -f $trained ]]; then
    # Packed relocations (glibc 2.36) are a megabyte less to read at each start.
    export RUSTFLAGS="-C profile-use=$trained -C link-arg=-Wl,-z,pack-relative-relocs"
fi
