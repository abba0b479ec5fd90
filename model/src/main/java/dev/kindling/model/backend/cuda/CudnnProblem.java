package dev.kindling.model.backend.cuda;

/** Something that cuDNN is asked to compute; equal ones are computed by the same plan. */
interface CudnnProblem {
  /** Says what it is, in operations. */
  void describe(CudnnGraph graph);
}
