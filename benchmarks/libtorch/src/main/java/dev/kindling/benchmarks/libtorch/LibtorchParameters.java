package dev.kindling.benchmarks.libtorch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Makes FP32 parameters as GPT-2 initialises them, and knows which of them decay. */
final class LibtorchParameters {
  private final TensorVector all = new TensorVector();
  private final TensorVector decayed = new TensorVector();
  private final TensorVector notDecayed = new TensorVector();

  /** Normal noise. */
  Tensor matrix(double deviation, long rows, long columns) {
    return register(torch.randn(rows, columns).mul_(new Scalar(deviation)), decayed);
  }

  Tensor ones(long size) {
    return register(torch.ones(size), notDecayed);
  }

  Tensor zeros(long size) {
    return register(torch.zeros(size), notDecayed);
  }

  private Tensor register(Tensor parameter, TensorVector group) {
    Tensor leaf = parameter.set_requires_grad(true);
    all.push_back(leaf);
    group.push_back(leaf);
    return leaf;
  }

  TensorVector all() {
    return all;
  }

  /** Those of two dims. */
  TensorVector decayed() {
    return decayed;
  }

  /** Those of one dim. */
  TensorVector notDecayed() {
    return notDecayed;
  }
}
