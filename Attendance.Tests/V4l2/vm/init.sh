#!/bin/busybox sh
# The guest's first process: loads the drivers, puts an overlay over the host's files and runs the script in it.
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
while read -r module; do
  case $module in
    # Two webcams and nothing else: no tuner, no radio, no output.
    vivid.ko) options="n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0x0,0x0" ;;
    *) options= ;;
  esac
  $b insmod "/modules/$module" $options || echo "insmod $module failed"
done </modules/order
$b mkdir -p /lower /rw /new
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro hostroot /lower
$b mount -t tmpfs tmpfs /rw; $b mkdir -p /rw/upper /rw/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /new
for directory in proc sys dev; do $b mount --move /$directory /new/$directory; done
$b mount -t tmpfs tmpfs /new/run
$b mkdir -p /new/run/results
$b mount -t 9p -o trans=virtio,version=9p2000.L results /new/run/results
script=$($b sed 's/.*guest=\([^ ]*\).*/\1/' /new/proc/cmdline)
DOTNET_ROOT=$($b sed 's/.*dotnet=\([^ ]*\).*/\1/' /new/proc/cmdline)
export DOTNET_ROOT
exec $b switch_root /new /bin/bash -c '
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
  mkdir -p /dev/pts /dev/shm; mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /dev/shm
  busybox ifconfig lo 127.0.0.1 up
  bash "$0"; echo "guest exit code: $?"
  echo o >/proc/sysrq-trigger; while :; do :; done' "$script"
