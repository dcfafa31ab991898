# shellcheck shell=bash
# How the program of a release is built, for scripts/package and the benches; they source this file from the project's folder.
# If scripts/train has written a profile, the compiler puts the code that a desk runs often together, and makes the rest small.
# An idle desk then has fewer pages of code in memory. Without a profile, the build is the usual one.

trained=$PWD/target/trained.profdata
if [[ -f $trained ]]; then
    # Packed relocations need glibc 2.36. They make the program a megabyte smaller.
    export RUSTFLAGS="-C profile-use=$trained -C link-arg=-Wl,-z,pack-relative-relocs"
fi
