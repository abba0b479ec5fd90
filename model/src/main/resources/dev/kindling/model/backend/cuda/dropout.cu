// Dropout of tensors of samples.
#include "dropout.cuh"
#include "elements.cuh"

// One tile of one sample. COUNT neighbours lie in one row of the columns that are here.
//
// num_columns, whole_columns, first_column: Dropout.Columns
template <int COUNT>
__device__ __forceinline__ void dropout_tile(const element* source, element* target,
                                             int64 elements_per_sample, uint32 tiles_per_sample,
                                             uint64 key, int64 first_sample, int threshold,
                                             float scale, int64 num_columns, int64 whole_columns,
                                             int64 first_column) {
  int64 sample = blockIdx.x / tiles_per_sample;
  uint32 tile = blockIdx.x % tiles_per_sample;
  sample_halves halves = sample_key(key, first_sample + sample);
  source += sample * elements_per_sample;
  target += sample * elements_per_sample;
  vector<element, COUNT> read[VECTORS];
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    read[i] = load_below<element, COUNT>(source, tile_index<COUNT>(tile, i), elements_per_sample);
  }
#pragma unroll
  for (int i = 0; i < VECTORS; i++) {
    int64 index = tile_index<COUNT>(tile, i);
    int64 number = index;
    if (num_columns != whole_columns) {
      number = index / num_columns * whole_columns + first_column + index % num_columns;
    }
    float results[COUNT];
#pragma unroll
    for (int place = 0; place < COUNT; place++) {
      bool stay = stays(halves.low, halves.high, (uint32)number + place, threshold);
      results[place] = stay ? to_float(read[i].values[place]) * scale : 0.0f;
    }
    store_below<element, COUNT>(target, index, elements_per_sample,
                                from_floats<element, COUNT>(results));
  }
}

KERNELS(dropout, VECTOR<element>,
        (const element* source, element* target, int64 elements_per_sample,
         uint32 tiles_per_sample, uint64 key, int64 first_sample, int threshold, float scale,
         int64 num_columns, int64 whole_columns, int64 first_column),
        dropout_tile<COUNT>(source, target, elements_per_sample, tiles_per_sample, key,
                            first_sample, threshold, scale, num_columns, whole_columns,
                            first_column))
