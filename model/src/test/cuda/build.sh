#!/bin/sh
# Builds the libraries: build.sh TARGET_DIRECTORY VERSION, a number that stands for these sources.
set -e
sources=$(cd "$(dirname "$0")" && pwd)
target=$1
version=$2
mkdir -p "$target"

# The version of a library's symbols is its own name, as those of the real ones are.
library() {
  name=$1
  shift
  echo "$name { global: *; };" > "$target/$name.versions"
  g++ -std=c++17 -O3 -march=native -Wall -Werror -fPIC -fvisibility=hidden -shared \
    -Wl,-soname,"$name" -Wl,--version-script,"$target/$name.versions" \
    "-DEMULATOR_SOURCES=\"$sources\"" "-DEMULATOR_VERSION=$version" -o "$target/$name" "$@"
  rm "$target/$name.versions"
}

cd "$sources"
g++ -std=c++17 -O2 -march=native -Wall -Werror -fPIC -fvisibility=hidden -shared \
  -Wl,-soname,libcuda.so.1 -o "$target/libcuda.so.1" \
  run_grid.cpp sanitizer.cpp device.cpp memory.cpp stream.cpp module.cpp
library libcudart.so.13 cudart.cpp
library libnvrtc.so.13 nvrtc.cpp
library libcublasLt.so.13 cublaslt.cpp multiply.cpp "$target/libcuda.so.1"
library libcublas.so.13 cublas.cpp "$target/libcublasLt.so.13"
library libcudnn_graph.so.9 cudnn.cpp "$target/libcuda.so.1"
for part in ops cnn adv; do library "libcudnn_$part.so.9" cudnn_part.cpp; done
