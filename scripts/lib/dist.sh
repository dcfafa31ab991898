# shellcheck shell=bash
# How the program of a release is built, for scripts/package and the benches; they source this file from the project's folder.
# If scripts/train has written a profile and an order, the compiler makes small what a desk seldom runs, and the linker puts the rest
# together. An idle desk then has fewer pages of code in memory. Without them, the build is the usual one.

trained=$PWD/target/trained.profdata order=$PWD/target/trained.order
if [[ -f $trained ]]; then
    # Packed relocations need glibc 2.36. They make the program a megabyte smaller.
    export RUSTFLAGS="-C profile-use=$trained -C link-arg=-Wl,-z,pack-relative-relocs"
    # Of the compiler's linkers only lld knows an order, and it is that of x86_64 alone.
    if [[ -f $order && $(uname -m) == x86_64 ]]; then
        RUSTFLAGS+=" -C link-arg=-Wl,--symbol-ordering-file=$order -C link-arg=-Wl,--no-warn-symbol-ordering"
    fi
fi
