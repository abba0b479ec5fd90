#!/bin/sh
# Builds the libraries into a directory: build.sh TARGET
set -e
sources=$(cd "$(dirname "$0")" && pwd)
target=$1
mkdir -p "$target"
cd "$target"

# The versions of symbols are those that callers of the real libraries ask for.
library() {
  name=$1
  shift
  echo "$name { global: *; };" > "$name.map"
  g++ -std=c++17 -O2 -march=native -Wall -fPIC -fvisibility=hidden -shared -Wl,-soname,"$name" \
    -Wl,--version-script,"$name.map" "-DEMULATOR_SOURCES=\"$sources\"" -o "$name.new" "$@"
  mv "$name.new" "$name"
}

g++ -std=c++17 -O2 -march=native -Wall -fPIC -fvisibility=hidden -shared -Wl,-soname,libcuda.so.1 \
  -o libcuda.so.1 "$sources"/run_grid.cpp "$sources"/sanitizer.cpp "$sources"/device.cpp \
  "$sources"/memory.cpp "$sources"/stream.cpp "$sources"/module.cpp
library libcudart.so.13 "$sources"/cudart.cpp
library libnvrtc.so.13 "$sources"/nvrtc.cpp
