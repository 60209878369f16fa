#!/bin/sh
# Runs the whole system. Installs what a bare Debian or Ubuntu lacks, and asks for sudo only if something does.
set -eu
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET 10 SDK is missing. Install it, then run this again:" >&2
    echo "  https://dotnet.microsoft.com/download/dotnet/10.0   (Ubuntu: sudo apt install dotnet-sdk-10.0)" >&2
    exit 1
fi

# OpenCV's native library links GTK 3; without it no camera opens. Newer releases call the package libgtk-3-0t64.
if command -v dpkg-query >/dev/null 2>&1 && ! ldconfig -p 2>/dev/null | grep -q libgtk-3.so.0 \
    && ! /sbin/ldconfig -p 2>/dev/null | grep -q libgtk-3.so.0; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "Installing libgtk-3-0, which OpenCV needs."
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq --no-install-recommends libgtk-3-0 \
        || $as_root apt-get install -y -qq --no-install-recommends libgtk-3-0t64
fi

# The build takes the face finder of the capture page from npm, once.
if command -v dpkg-query >/dev/null 2>&1 && ! command -v npm >/dev/null 2>&1; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "Installing npm, which the build needs."
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq --no-install-recommends npm
fi

# In place of this shell, so that Ctrl+C reaches the AppHost and its exit code is ours.
exec dotnet run --project Attendance.AppHost "$@"
