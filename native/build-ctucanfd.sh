#!/bin/sh
# Builds Linux's own driver of the CTU CAN FD core for Debian's newest installed kernel, which has
# it switched off, and installs it beside the kernel's modules: rig vm --engine qemu takes it then.
# As root, with the packages linux-source, linux-headers-amd64, linux-image-amd64, gcc, make, kmod.
set -eu
version=$(ls /lib/modules | sort -V | grep -v cloud | tail -n 1)
source=$(ls /usr/src/linux-source-*.tar.xz | sort -V | tail -n 1)
headers=/usr/src/linux-headers-$version
[ -d "$headers" ] || { echo "$headers is missing: apt-get install linux-headers-amd64" >&2; exit 5; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$source" -C "$work" --strip-components=5 --wildcards '*/drivers/net/can/ctucanfd'
printf 'obj-m := ctucanfd.o ctucanfd_pci.o\nctucanfd-y := ctucanfd_base.o\n' > "$work/Makefile"
make -s -C "$headers" "M=$work" modules
install -D -t "/lib/modules/$version/updates" "$work/ctucanfd.ko" "$work/ctucanfd_pci.ko"
depmod "$version"
echo "installed for $version"
