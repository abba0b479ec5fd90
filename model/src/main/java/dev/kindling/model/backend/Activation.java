package dev.kindling.model.backend;

/** The element-wise functions between two linear layers. */
public enum Activation {
  /**
   * GELU in its tanh form (Hendrycks and Gimpel 2016), which is GPT-2's: 0.5 x (1 + tanh(sqrt(2/π)
   * (x + 0.044715 x³))).
   */
  GELU_TANH,
  /** GELU as it is defined, x Φ(x) with the normal distribution Φ, which is BERT's and BART's. */
  GELU_ERF,
  /** max(x, 0), which is T5 1.0's. */
  RELU,
  /** x · sigmoid(x) (Ramachandran et al. 2017), the gate of SwiGLU. */
  SILU,
  /** The hyperbolic tangent, of BERT's pooler. */
  TANH
}
