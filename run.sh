#!/bin/sh
# Runs the whole system. Installs what a bare Debian or Ubuntu lacks, and asks for sudo only if something does.
set -eu
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET 10 SDK is missing. Install it, then run this again:" >&2
    echo "  https://dotnet.microsoft.com/download/dotnet/10.0   (Ubuntu: sudo apt install dotnet-sdk-10.0)" >&2
    exit 1
fi

# npm brings the front end's libraries when it is built. OpenCV's native library links GTK 3; without it some cameras and films do
# not open, and no face is found. Names of people are compared by ICU; without it Web does not start. Without TurboJPEG a camera
# that delivers YUYV takes more of the processor, and that is all.
missing=
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
has_library() { { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q "$1"; }
has_library libgtk-3.so.0 || missing="$missing libgtk-3-0"
has_library libicuuc.so || missing="$missing libicu"
has_library libturbojpeg.so.0 || missing="$missing libturbojpeg0"

if [ -n "$missing" ] && command -v apt-get >/dev/null 2>&1; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null; }
    echo "Installing$missing"
    $as_root apt-get update -qq || [ "$missing" = " libturbojpeg0" ]
    for package in $missing; do
        case $package in
            libicu) install "$(apt-cache search --names-only '^libicu[0-9]+$' | cut -d' ' -f1 | sort | tail -n 1)" ;; # each release has its own number
            libturbojpeg0) install "$package" || install libturbojpeg || echo "Going on without TurboJPEG." ;; # the second is Ubuntu's
            lib*) install "$package" || install "${package}t64" ;; # newer releases call it that
            *) install "$package" ;;
        esac
    done
elif [ -n "$missing" ] && [ "$(uname)" = Linux ]; then
    echo "This machine lacks, by Debian's names:$missing." >&2
    echo "Without libgtk-3-0 (GTK 3) no camera opens; without libicu Web does not start; without npm (Node.js 18 or newer) nothing is built." >&2
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "Node.js with npm is missing. Install it, then run this again: https://nodejs.org" >&2
    exit 1
fi

# In place of this shell, so that Ctrl+C reaches the AppHost and its exit code is ours.
exec dotnet run --project Attendance.AppHost "$@"
