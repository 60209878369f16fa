#!/usr/bin/env bash
# Boots a small Linux under QEMU's software emulation, with two V4L2 devices of the kernel's vivid driver, runs a script
# in it as root and powers off. The exit code is the script's; 97 when there is no QEMU, 98 when the time is up.
# The guest sees this machine's root file system, read-only under a temporary overlay, so what is built here runs there.
#
#   Attendance.Tests/V4l2/vm/boot.sh [SCRIPT]     default: guest.sh beside this file
#   ATTENDANCE_FAULTS_TABLE   the page whose rows of devices are written anew
#   V4L2_VM_REPORT            where the tests' report goes (CTRF)
#   V4L2_VM_TIMEOUT   seconds for the whole run, 2700    V4L2_VM_MEMORY   MiB, 3072
#
# Needs, on Debian: qemu-system-x86 busybox-static cpio kmod v4l-utils. The kernel is Debian's own package, downloaded
# and unpacked, not installed, into ${XDG_CACHE_HOME:-~/.cache}/attendance/v4l2-vm.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
script=$(realpath "${1:-$here/guest.sh}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/attendance/v4l2-vm
PATH=$PATH:/usr/sbin:/sbin # where depmod and modprobe are, for whoever is not root

for program in qemu-system-x86_64 busybox cpio modprobe depmod v4l2-ctl; do
  if ! command -v "$program" >/dev/null; then
    echo "The V4L2 suite needs $program. On Debian and Ubuntu: apt-get install qemu-system-x86 busybox-static cpio kmod v4l-utils" >&2
    exit 97
  fi
done

# One download, however many runs start at once.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
if [ -z "$kernel" ]; then
  echo "The V4L2 suite needs Debian's kernel package, and apt knows of no linux-image-amd64. Try apt-get update first." >&2
  exit 97
fi
release=${kernel#linux-image-}
if [ ! -e "$cache/$release/complete" ]; then
  rm -rf "${cache:?}/$release"
  (cd "$cache" && apt-get download "$kernel" && dpkg -x "$kernel"_*.deb "$release" && rm "$kernel"_*.deb)
  depmod -b "$cache/$release" "$release"
  touch "$cache/$release/complete"
fi
flock -u 9
exec 9>&-

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
initrd=$run/initrd
mkdir -p "$initrd"/{bin,modules,proc,sys,dev}
cp "$(command -v busybox)" "$initrd/bin/busybox"
for module in virtio_pci 9pnet_virtio 9p overlay vivid; do
  modprobe -d "$cache/$release" -S "$release" --show-depends "$module" | awk '$1 == "insmod" {print $2}' |
    while read -r file; do
      name=$(basename "$file")
      [ -e "$initrd/modules/$name" ] || { cp "$file" "$initrd/modules/"; echo "$name" >>"$initrd/modules/order"; }
    done
done
cp "$here/init.sh" "$initrd/init"
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$run/initrd.gz"

# The one place that the guest may write to.
results=$run/results
mkdir "$results"
[ -z "${ATTENDANCE_FAULTS_TABLE:-}" ] || cp "$ATTENDANCE_FAULTS_TABLE" "$results/faults.md"

dotnet=$(command -v dotnet || echo /usr/share/dotnet/dotnet)
dotnet=${DOTNET_ROOT:-$(dirname "$(realpath "$dotnet")")}

status=0
timeout --foreground --kill-after=10 "${V4L2_VM_TIMEOUT:-2700}" \
  qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m "${V4L2_VM_MEMORY:-3072}" \
  -kernel "$cache/$release/boot/vmlinuz-$release" -initrd "$run/initrd.gz" \
  -append "console=ttyS0 panic=-1 quiet guest=$script dotnet=$dotnet" -nographic -no-reboot -nic none \
  -virtfs local,path=/,mount_tag=hostroot,security_model=passthrough,multidevs=remap,readonly=on \
  -virtfs local,path="$results",mount_tag=results,security_model=none </dev/null |
  tee "$run/log" || status=$?

if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
  echo "The V4L2 guest did not end within ${V4L2_VM_TIMEOUT:-2700} s." >&2
  exit 98
fi
[ -z "${ATTENDANCE_FAULTS_TABLE:-}" ] || cp "$results/faults.md" "$ATTENDANCE_FAULTS_TABLE"
[ -z "${V4L2_VM_REPORT:-}" ] || rm -f "$V4L2_VM_REPORT"
[ -z "${V4L2_VM_REPORT:-}" ] || [ ! -e "$results/report.json" ] || cp "$results/report.json" "$V4L2_VM_REPORT"
code=$(sed -n 's/.*guest exit code: \([0-9]*\).*/\1/p' "$run/log" | tail -1)
exit "${code:-99}"
