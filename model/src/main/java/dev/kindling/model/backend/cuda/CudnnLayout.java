package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Heads;

/**
 * How a tensor of four dimensions lies in memory, as cuDNN is told. Strides count elements.
 *
 * @param batch B
 * @param numHeads H
 * @param numRows T, or D where it is transposed
 * @param numColumns D, or T where it is transposed
 */
record CudnnLayout(
    long batch,
    long numHeads,
    long numRows,
    long numColumns,
    long batchStride,
    long headStride,
    long rowStride,
    long columnStride) {
  /** One number. */
  static final CudnnLayout NUMBER = packed(1, 1, 1, 1);

  /** Without gaps, the last dimension first. */
  static CudnnLayout packed(long batch, long numHeads, long numRows, long numColumns) {
    return new CudnnLayout(
        batch,
        numHeads,
        numRows,
        numColumns,
        numHeads * numRows * numColumns,
        numRows * numColumns,
        numColumns,
        1);
  }

  static CudnnLayout of(Heads heads) {
    return new CudnnLayout(
        heads.batch(),
        heads.numHeads(),
        heads.length(),
        heads.headSize(),
        heads.batchStride(),
        heads.headSize(),
        heads.rowStride(),
        1);
  }

  /** A tensor of the same sizes stored as [B, T, H, D] without gaps, as attention's results are. */
  CudnnLayout packedRows() {
    return new CudnnLayout(
        batch,
        numHeads,
        numRows,
        numColumns,
        numRows * numHeads * numColumns,
        numColumns,
        numHeads * numColumns,
        1);
  }

  /** The same elements with rows and columns exchanged. */
  CudnnLayout transposed() {
    return new CudnnLayout(
        batch, numHeads, numColumns, numRows, batchStride, headStride, columnStride, rowStride);
  }

  long[] sizes() {
    return new long[] {batch, numHeads, numRows, numColumns};
  }

  long[] strides() {
    return new long[] {batchStride, headStride, rowStride, columnStride};
  }
}
