package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.EmulatedKernels.allocate;
import static dev.kindling.model.backend.cuda.EmulatedKernels.argument;
import static dev.kindling.model.backend.cuda.EmulatedKernels.check;
import static dev.kindling.model.backend.cuda.EmulatedKernels.floats;
import static dev.kindling.model.backend.cuda.EmulatedKernels.ints;
import static dev.kindling.model.backend.cuda.EmulatedKernels.upload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stand-in for a GPU runs correct kernels as a GPU does, and finds those that are not. */
class EmulatedCudaTest {
  private static final int MOST_SHARED_BYTES = 48 << 10;

  private static final String KERNELS =
      """
      extern "C" __global__ void add_one(int* x) { x[blockIdx.x * blockDim.x + threadIdx.x] += 1; }

      // The sum over a block, by lanes and then by warps; threads from n on have returned.
      extern "C" __global__ void sum(const int* x, int* out, int n) {
        __shared__ int sums[32];
        int t = threadIdx.x;
        if (t >= n) {
          return;
        }
        int value = x[t];
        for (int distance = 16; distance > 0; distance /= 2) {
          int other = __shfl_down_sync(0xFFFFFFFF, value, distance);
          value += t % 32 + distance < 32 && t + distance < n ? other : 0;
        }
        if (t % 32 == 0) {
          sums[t / 32] = value;
        }
        __syncthreads();
        if (t == 0) {
          int all = 0;
          for (int i = 0; i < (n + 31) / 32; i++) {
            all += sums[i];
          }
          *out = all;
        }
      }

      extern "C" __global__ void reverse(int* x) {
        alignas(16) extern __shared__ unsigned char dynamic_shared[];
        int* values = reinterpret_cast<int*>(dynamic_shared);
        values[threadIdx.x] = x[threadIdx.x];
        __syncthreads();
        x[threadIdx.x] = values[blockDim.x - 1 - threadIdx.x];
      }

      extern "C" __global__ void reverse_without_barrier(int* x) {
        __shared__ int values[64];
        values[threadIdx.x] = x[threadIdx.x];
        x[threadIdx.x] = values[63 - threadIdx.x];
      }

      extern "C" __global__ void halves_of_a_warp(unsigned* out) {
        unsigned t = threadIdx.x;
        unsigned even = __ballot_sync(0xFFFFFFFF, t % 2 == 0);
        out[t] = t % 2 == 0 ? __reduce_add_sync(0x55555555u, t) : __reduce_max_sync(0xAAAAAAAAu, t);
        out[t] += even == 0x55555555u ? 1000 : 0;
      }

      extern "C" __global__ void waits_for_nobody() {
        if (threadIdx.x < 5) {
          __syncwarp();
        } else {
          __syncthreads();
        }
      }

      extern "C" __global__ void store_four(float* x) {
        *reinterpret_cast<float4*>(x) = make_float4(1, 2, 3, 4);
      }

      // a by rows of 16 in rows of 24, times b by rows of 8.
      extern "C" __global__ void product(const unsigned short* a, const unsigned short* b, float* c) {
        alignas(16) __shared__ unsigned short as[16 * 24];
        alignas(16) __shared__ unsigned short bs[16 * 8];
        int lane = threadIdx.x;
        copy_async(as + lane / 2 * 24 + lane % 2 * 8, a + lane / 2 * 16 + lane % 2 * 8, true);
        copy_async(bs + lane % 16 * 8, b + lane % 16 * 8, true);
        copy_async_commit();
        copy_async_wait<0>();
        __syncwarp();
        unsigned left[4];
        unsigned right[4];
        load_matrices(left, as + lane % 16 * 24 + lane / 16 * 8);
        load_matrices_transposed(right, bs + lane % 16 * 8);
        unsigned first[2] = {right[0], right[1]};
        float sums[4] = {0, 0, 0, 0};
        mma_bf16(sums, left, first);
        for (int i = 0; i < 4; i++) {
          c[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = sums[i];
        }
      }

      extern "C" __global__ void does_not_wait_for_its_copy(const float* x, float* out) {
        alignas(16) __shared__ float copied[4];
        copy_async(copied, x, true);
        copy_async_commit();
        *out = copied[0];
      }
      """;

  private static EmulatedKernels kernels;

  @BeforeAll
  static void compile() {
    assumeFalse(EmulatedCuda.hasGpu(), "The emulated CUDA has no place beside a real one");
    kernels = new EmulatedKernels(KERNELS);
  }

  private static int[] upTo(int end) {
    return IntStream.range(0, end).toArray();
  }

  @Test
  void threadsMeetThoughSomeHaveReturned() {
    long out = allocate(Integer.BYTES);
    kernels.start("sum", 1, 256, 0, argument(upload(upTo(256))), argument(out), argument(200));

    check(kernels.finish());
    assertThat(ints(out, 1)).containsExactly(199 * 200 / 2);
  }

  @Test
  void partsOfAWarpMeetByThemselves() {
    long out = allocate(32 * Integer.BYTES);
    kernels.start("halves_of_a_warp", 1, 32, 0, argument(out));

    check(kernels.finish());
    assertThat(ints(out, 3)).containsExactly(1240, 1031, 1240);
  }

  @Test
  void sharedMemoryMayBeDynamic() {
    long x = upload(upTo(64));
    kernels.start("reverse", 1, 64, 64 * Integer.BYTES, argument(x));

    check(kernels.finish());
    assertThat(ints(x, 2)).containsExactly(63, 62);
    assertThatThrownBy(() -> kernels.start("reverse", 1, 64, MOST_SHARED_BYTES + 1, argument(x)))
        .hasMessageContaining("" + cudart.CUDA_ERROR_INVALID_VALUE);
  }

  @Test
  void aMissingBarrierShows() {
    long x = upload(upTo(64));
    kernels.start("reverse_without_barrier", 1, 64, 0, argument(x));

    check(kernels.finish());
    assertThat(ints(x, 64)).contains(-1);
  }

  @Test
  void threadsThatWaitForeverAreAnError() {
    kernels.start("waits_for_nobody", 1, 64, 0);

    assertThat(kernels.finish()).isEqualTo(cudart.CUDA_ERROR_LAUNCH_FAILED);
  }

  @Test
  void wrongAddressesAreErrors() {
    long x = allocate(7 * Float.BYTES);
    kernels.start("store_four", 1, 1, 0, argument(x + Float.BYTES));
    assertThat(kernels.finish()).isEqualTo(cudart.CUDA_ERROR_MISALIGNED_ADDRESS);

    kernels.start("store_four", 1, 1, 0, argument(x + 4 * Float.BYTES));
    assertThat(kernels.finish()).isEqualTo(cudart.CUDA_ERROR_ILLEGAL_ADDRESS);

    kernels.start("store_four", 1, 1, 0, argument(0L));
    assertThat(kernels.finish()).isEqualTo(cudart.CUDA_ERROR_ILLEGAL_ADDRESS);
  }

  @Test
  void memoryThatNobodyHasWrittenIsNotANumber() {
    assertThat(floats(allocate(Float.BYTES), 1)).containsExactly(Float.NaN);
  }

  @Test
  void matricesLieInRegistersAsOnTensorCores() {
    Random random = new Random(1);
    short[][] a = new short[16][16];
    short[][] b = new short[16][8];
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        a[i][j] = bf16(random.nextInt(33) - 16);
        b[i][j % 8] = bf16(random.nextInt(33) - 16);
      }
    }
    long c = allocate(16 * 8 * Float.BYTES);
    kernels.start("product", 1, 32, 0, argument(halves(a)), argument(halves(b)), argument(c));

    check(kernels.finish());
    float[] expected = new float[16 * 8];
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < 16; k++) {
        expected[i] += toFloat(a[i / 8][k]) * toFloat(b[k][i % 8]);
      }
    }
    assertThat(floats(c, expected.length)).isEqualTo(expected);
  }

  private static short bf16(int value) {
    return (short) (Float.floatToIntBits(value) >>> 16);
  }

  private static float toFloat(short bf16) {
    return Float.intBitsToFloat(bf16 << 16);
  }

  /** By rows. */
  private static long halves(short[][] matrix) {
    int[] pairs =
        Arrays.stream(matrix)
            .flatMapToInt(
                row ->
                    IntStream.range(0, row.length / 2)
                        .map(i -> (row[2 * i] & 0xFFFF) | row[2 * i + 1] << 16))
            .toArray();
    return upload(pairs);
  }

  @Test
  void aCopyIsNotThereBeforeItIsWaitedFor() {
    long out = allocate(Float.BYTES);
    kernels.start(
        "does_not_wait_for_its_copy", 1, 1, 0, argument(upload(1, 2, 3, 4)), argument(out));

    check(kernels.finish());
    assertThat(floats(out, 1)).containsExactly(Float.NaN);
  }

  @Test
  void graphsDoWhatWasCapturedAgain() {
    long x = upload(upTo(64));
    CUgraph_st graph = new CUgraph_st();
    CUgraphExec_st executable = new CUgraphExec_st();
    check(
        cudart.cuStreamBeginCapture(kernels.stream(), cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    kernels.start("add_one", 2, 32, 0, argument(x));
    check(cudart.cuStreamEndCapture(kernels.stream(), graph));
    check(cudart.cuGraphInstantiate(executable, graph, 0));
    assertThat(ints(x, 2)).containsExactly(0, 1);

    check(cudart.cuGraphLaunch(executable, kernels.stream()));
    check(cudart.cuGraphLaunch(executable, kernels.stream()));
    assertThat(ints(x, 2)).containsExactly(2, 3);
  }

  @Test
  void whatACaptureCannotHoldSpoilsIt() {
    check(
        cudart.cuStreamBeginCapture(kernels.stream(), cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    assertThat(cudart.cuMemAlloc(new long[1], 16))
        .isEqualTo(cudart.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    assertThat(cudart.cuStreamEndCapture(kernels.stream(), new CUgraph_st()))
        .isEqualTo(cudart.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  }

  @Test
  void theCompilerSaysWhatItDoesNotUnderstand() {
    assertThatThrownBy(
            () -> EmulatedKernels.compile("extern \"C\" __global__ void f() {\n  nothing();\n}"))
        .hasMessageContaining("test.cu:2")
        .hasMessageContaining("nothing");
  }
}
