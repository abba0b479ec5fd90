// The functions of Activation.java, their derivatives, and both behind a gate.
#include "elements.cuh"

// A bf16 has 8 significant bits, for which the instructions that approximate are exact enough.
#if KINDLING_BF16
__device__ __forceinline__ float exponential(float x) {
  return exp2_approximate(x * 1.44269504f);
}
__device__ __forceinline__ float reciprocal(float x) { return reciprocal_approximate(x); }
#else
__device__ __forceinline__ float exponential(float x) { return expf(x); }
__device__ __forceinline__ float reciprocal(float x) { return 1.0f / x; }
#endif

__device__ __forceinline__ float sigmoid(float x) {
  return reciprocal(1.0f + exponential(-x));
}

// 0.5 x (1 + tanh(u)) is x sigmoid(2u), which loses nothing where tanh is near -1.
struct gelu_tanh_function {
  static constexpr float LINEAR = 1.59576912f;          // 2 sqrt(2/π)
  static constexpr float CUBIC = LINEAR * 0.044715f;

  static __device__ __forceinline__ float value(float x) {
    return x * sigmoid(x * (LINEAR + CUBIC * x * x));
  }

  static __device__ __forceinline__ float derivative(float x) {
    float gate = sigmoid(x * (LINEAR + CUBIC * x * x));
    return gate + x * gate * (1.0f - gate) * (LINEAR + 3.0f * CUBIC * x * x);
  }
};

struct gelu_erf_function {
  // The normal distribution.
  static __device__ __forceinline__ float below(float x) {
    return 0.5f + 0.5f * erff(x * 0.707106781f);
  }

  static __device__ __forceinline__ float value(float x) { return x * below(x); }

  static __device__ __forceinline__ float derivative(float x) {
    return below(x) + x * 0.398942280f * exponential(-0.5f * x * x);
  }
};

struct relu_function {
  // What is not a number stays so.
  static __device__ __forceinline__ float value(float x) { return x < 0.0f ? 0.0f : x; }
  static __device__ __forceinline__ float derivative(float x) { return x > 0.0f ? 1.0f : 0.0f; }
};

struct silu_function {
  static __device__ __forceinline__ float value(float x) { return x * sigmoid(x); }

  static __device__ __forceinline__ float derivative(float x) {
    float gate = sigmoid(x);
    return gate * (1.0f + x * (1.0f - gate));
  }
};

struct tanh_function {
  static __device__ __forceinline__ float value(float x) { return tanhf(x); }

  // 1 - tanh², without the difference of what may be nearly equal.
  static __device__ __forceinline__ float derivative(float x) {
    float power = exponential(-2.0f * fabsf(x));
    float rest = reciprocal(1.0f + power);
    return 4.0f * power * rest * rest;
  }
};

template <typename Function, int COUNT>
__device__ __forceinline__ void forward(const element* input, element* output, int64 size) {
  const element* inputs[] = {input};
  element* outputs[] = {output};
  map<COUNT>(inputs, outputs, size, [](const float (&from)[1], float (&to)[1]) {
    to[0] = Function::value(from[0]);
  });
}

template <typename Function, int COUNT>
__device__ __forceinline__ void backward(const element* output_gradient, const element* input,
                                         element* input_gradient, int64 size) {
  const element* inputs[] = {output_gradient, input};
  element* outputs[] = {input_gradient};
  map<COUNT>(inputs, outputs, size, [](const float (&from)[2], float (&to)[1]) {
    to[0] = from[0] * Function::derivative(from[1]);
  });
}

template <typename Function, int COUNT>
__device__ __forceinline__ void gated_forward(const element* gate, const element* up,
                                              element* output, int64 size) {
  const element* inputs[] = {gate, up};
  element* outputs[] = {output};
  map<COUNT>(inputs, outputs, size, [](const float (&from)[2], float (&to)[1]) {
    to[0] = Function::value(from[0]) * from[1];
  });
}

template <typename Function, int COUNT>
__device__ __forceinline__ void gated_backward(const element* output_gradient, const element* gate,
                                               const element* up, element* gate_gradient,
                                               element* up_gradient, int64 size) {
  const element* inputs[] = {output_gradient, gate, up};
  element* outputs[] = {gate_gradient, up_gradient};
  map<COUNT>(inputs, outputs, size, [](const float (&from)[3], float (&to)[2]) {
    to[0] = from[0] * from[2] * Function::derivative(from[1]);
    to[1] = from[0] * Function::value(from[1]);
  });
}

// All kernels of one activation: NAME_forward and so on, of NAME_function.
#define ACTIVATION(NAME)                                                                          \
  KERNELS(NAME##_forward, VECTOR<element>, (const element* input, element* output, int64 size),   \
          forward<NAME##_function, COUNT>(input, output, size))                                   \
  KERNELS(NAME##_backward, VECTOR<element>,                                                       \
          (const element* output_gradient, const element* input, element* input_gradient,         \
           int64 size),                                                                           \
          backward<NAME##_function, COUNT>(output_gradient, input, input_gradient, size))         \
  KERNELS(NAME##_gated_forward, VECTOR<element>,                                                  \
          (const element* gate, const element* up, element* output, int64 size),                  \
          gated_forward<NAME##_function, COUNT>(gate, up, output, size))                          \
  KERNELS(NAME##_gated_backward, VECTOR<element>,                                                 \
          (const element* output_gradient, const element* gate, const element* up,                \
           element* gate_gradient, element* up_gradient, int64 size),                             \
          gated_backward<NAME##_function, COUNT>(output_gradient, gate, up, gate_gradient,        \
                                                 up_gradient, size))

ACTIVATION(gelu_tanh)
ACTIVATION(gelu_erf)
ACTIVATION(relu)
ACTIVATION(silu)
ACTIVATION(tanh)
