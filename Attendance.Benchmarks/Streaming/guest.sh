#!/usr/bin/env bash
# Runs in the guest of Attendance.Tests/V4l2/vm/boot.sh: the streaming benchmarks, on a device, from what was built on the host.
set -uo pipefail
program=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/artifacts/bin/Attendance.Benchmarks/release/Attendance.Benchmarks
if [ ! -x "$program" ]; then
  echo "Nothing is built at $program: run dotnet build -c Release first."
  exit 96
fi

export ATTENDANCE_V4L2=1
v4l2-ctl -d /dev/video0 --list-formats
"$program" --only streaming 2>/tmp/progress
code=$?
[ "$code" -eq 0 ] || tail -40 /tmp/progress
exit "$code"
