// cuBLASLt on the CPU: products of matrices of float and bf16 with their epilogues. What the real one
// refuses is refused: epilogues of results by rows, biases of another type than the result, pointers
// that are less aligned than the chosen algorithm was promised.
#include <cmath>
#include <cstdio>
#include <cstring>

#include "driver.h"
#include "multiply.h"

namespace {

using emulated::BF16;
using emulated::ElementType;
using emulated::FLOAT;
using emulated::MatrixView;

enum cublasStatus_t : int {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_ARCH_MISMATCH = 8,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_STATUS_NOT_SUPPORTED = 15,
};

enum { COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_32F_FAST_TF32 = 77 };
enum { BY_COLUMNS = 0, BY_ROWS = 1 };

// Bits that cublasLtEpilogue_t is made of.
enum {
  EPILOGUE_DEFAULT = 1,
  EPILOGUE_BIAS_BIT = 4,
  EPILOGUE_BIAS_GRADIENT_BIT = 16,
  EPILOGUE_GELU_BIT = 32,
  EPILOGUE_GELU_GRADIENT_BIT = 64,
  EPILOGUE_AUX_BIT = 128,
  EPILOGUE_A_GRADIENT = 256,
  EPILOGUE_B_GRADIENT = 512,
};

constexpr size_t ALGORITHM_BYTES = 64;
constexpr uint64_t ALGORITHM_MARK = 0x4B6E646C4D756C74;
constexpr size_t WORKSPACE_BYTES = 4096;
constexpr int64_t AUX_LD_MULTIPLE = 8;
constexpr uintptr_t AUX_ALIGNMENT = 16;

struct Attributes {
  // By number: the value's bytes.
  std::map<int, std::vector<unsigned char>> values;

  template <typename T>
  T get(int number, T otherwise) const {
    auto entry = values.find(number);
    if (entry == values.end()) {
      return otherwise;
    }
    T value;
    memcpy(&value, entry->second.data(), sizeof(T));
    return value;
  }
};

}  // namespace

struct cublasLtMatmulDesc {
  Attributes attributes;

  int compute_type() const { return attributes.get<int>(0, COMPUTE_32F); }
  int scale_type() const { return attributes.get<int>(1, FLOAT); }
  int pointer_mode() const { return attributes.get<int>(2, 0); }
  bool transposes_a() const { return attributes.get<int>(3, 0) != 0; }
  bool transposes_b() const { return attributes.get<int>(4, 0) != 0; }
  int epilogue() const { return attributes.get<int>(7, EPILOGUE_DEFAULT); }
  void* bias() const { return attributes.get<void*>(8, nullptr); }
  int64_t bias_batch_stride() const { return attributes.get<int64_t>(10, 0); }
  void* aux() const { return attributes.get<void*>(11, nullptr); }
  int64_t aux_ld() const { return attributes.get<int64_t>(12, 0); }
  int64_t aux_batch_stride() const { return attributes.get<int64_t>(13, 0); }
  int aux_type() const { return attributes.get<int>(22, -1); }
  int bias_type() const { return attributes.get<int>(26, -1); }

  bool uses_aux() const { return (epilogue() & EPILOGUE_AUX_BIT) != 0; }
  bool uses_bias() const {
    return (epilogue() & (EPILOGUE_BIAS_BIT | EPILOGUE_BIAS_GRADIENT_BIT | EPILOGUE_A_GRADIENT |
                          EPILOGUE_B_GRADIENT)) != 0;
  }
};

struct cublasLtMatrixLayout {
  Attributes attributes;

  int type() const { return attributes.get<int>(0, FLOAT); }
  int order() const { return attributes.get<int>(1, BY_COLUMNS); }
  int64_t rows() const { return attributes.get<int64_t>(2, 0); }
  int64_t columns() const { return attributes.get<int64_t>(3, 0); }
  int64_t ld() const { return attributes.get<int64_t>(4, 0); }
  int batch_count() const { return attributes.get<int>(5, 1); }
  int64_t batch_stride() const { return attributes.get<int64_t>(6, 0); }

  // Elements from the first to behind the last of one matrix.
  int64_t extent() const {
    return order() == BY_COLUMNS ? (columns() - 1) * ld() + rows() : (rows() - 1) * ld() + columns();
  }

  MatrixView view(void* data, bool transposed, int batch) const {
    ElementType element = static_cast<ElementType>(type());
    unsigned char* first =
        static_cast<unsigned char*>(data) + batch * batch_stride() * emulated::bytes_of(element);
    int64_t down = order() == BY_COLUMNS ? 1 : ld();
    int64_t across = order() == BY_COLUMNS ? ld() : 1;
    return transposed ? MatrixView{first, element, columns(), rows(), across, down}
                      : MatrixView{first, element, rows(), columns(), down, across};
  }
};

struct cublasLtPreference {
  Attributes attributes;

  size_t workspace_bytes() const { return attributes.get<size_t>(1, 0); }
  // Of A, B, C and D.
  unsigned alignment(int matrix) const { return attributes.get<unsigned>(5 + matrix, 256); }
};

struct cublasLtAlgorithm {
  uint64_t mark;
  uint64_t workspace_bytes;
  uint32_t alignments[4];
  uint64_t unused[4];
};
static_assert(sizeof(cublasLtAlgorithm) == ALGORITHM_BYTES, "the algorithm's size is the API's");

struct cublasLtHeuristicResult {
  cublasLtAlgorithm algorithm;
  size_t workspace_bytes;
  cublasStatus_t state;
  float waves;
  int reserved[4];
};

struct cublasLtContext {
  int unused;
};

namespace {

typedef const cublasLtMatrixLayout* Layout;

struct Product {
  cublasLtMatmulDesc operation;
  cublasLtMatrixLayout layouts[4];  // of A, B, C and D
  void* data[4];
  float alpha;
  float beta;
  void* workspace;
  size_t workspace_bytes;
};

cublasStatus_t refuse(const char* reason) {
  fprintf(stderr, "cuBLASLt: not supported: %s\n", reason);
  return CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t invalid(const char* reason) {
  fprintf(stderr, "cuBLASLt: invalid value: %s\n", reason);
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t check_layout(const cublasLtMatrixLayout& layout) {
  if (layout.type() != FLOAT && layout.type() != BF16) {
    return refuse("a type other than float and bf16");
  }
  if (layout.order() != BY_COLUMNS && layout.order() != BY_ROWS) {
    return refuse("an order other than columns and rows");
  }
  if (layout.rows() <= 0 || layout.columns() <= 0 || layout.batch_count() <= 0) {
    return invalid("a matrix without elements");
  }
  if (layout.ld() < (layout.order() == BY_COLUMNS ? layout.rows() : layout.columns())) {
    return invalid("a leading dimension smaller than the matrix");
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check_types(const cublasLtMatmulDesc& operation, Layout a, Layout b, Layout c, Layout d) {
  if (operation.scale_type() != FLOAT || operation.pointer_mode() != 0) {
    return refuse("factors that are not floats of the host");
  }
  int compute = operation.compute_type();
  if (compute != COMPUTE_32F && compute != COMPUTE_32F_PEDANTIC && compute != COMPUTE_32F_FAST_TF32) {
    return refuse("a compute type other than 32F and 32F_FAST_TF32");
  }
  if (a->type() != b->type() || c->type() != d->type() || (a->type() == FLOAT && d->type() == BF16)) {
    return refuse("this combination of types");
  }
  if (a->type() == BF16 && compute == COMPUTE_32F_FAST_TF32) {
    return refuse("TF32 of bf16");
  }
  if (a->type() == BF16 && emulated::capability().major < 8) {
    return CUBLAS_STATUS_ARCH_MISMATCH;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check_shapes(const cublasLtMatmulDesc& operation, Layout a, Layout b, Layout c, Layout d) {
  int64_t rows = operation.transposes_a() ? a->columns() : a->rows();
  int64_t inner = operation.transposes_a() ? a->rows() : a->columns();
  int64_t inner_of_b = operation.transposes_b() ? b->columns() : b->rows();
  int64_t columns = operation.transposes_b() ? b->rows() : b->columns();
  if (inner != inner_of_b || d->rows() != rows || d->columns() != columns || c->rows() != rows ||
      c->columns() != columns) {
    return invalid("shapes that do not go together");
  }
  for (Layout layout : {a, b, c}) {
    if (layout->batch_count() != d->batch_count()) {
      return invalid("batches of different counts");
    }
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check_epilogue(const cublasLtMatmulDesc& operation, Layout d) {
  switch (operation.epilogue()) {
    case EPILOGUE_DEFAULT:
      return CUBLAS_STATUS_SUCCESS;
    case EPILOGUE_BIAS_BIT:
    case EPILOGUE_GELU_BIT:
    case EPILOGUE_GELU_BIT | EPILOGUE_BIAS_BIT:
    case EPILOGUE_GELU_BIT | EPILOGUE_AUX_BIT:
    case EPILOGUE_GELU_BIT | EPILOGUE_AUX_BIT | EPILOGUE_BIAS_BIT:
    case EPILOGUE_GELU_GRADIENT_BIT | EPILOGUE_AUX_BIT:
    case EPILOGUE_GELU_GRADIENT_BIT | EPILOGUE_AUX_BIT | EPILOGUE_BIAS_GRADIENT_BIT:
    case EPILOGUE_A_GRADIENT:
    case EPILOGUE_B_GRADIENT:
      break;
    default:
      return refuse("this epilogue");
  }
  if (d->order() != BY_COLUMNS) {
    return refuse("an epilogue of a result by rows");
  }
  if (operation.uses_bias() && operation.bias_type() != -1 && operation.bias_type() != d->type()) {
    return refuse("a bias of another type than the result");
  }
  if (operation.uses_aux()) {
    if (operation.aux_type() != -1 && operation.aux_type() != d->type()) {
      return refuse("an auxiliary matrix of another type than the result");
    }
    if (operation.aux_ld() < d->rows() || operation.aux_ld() % AUX_LD_MULTIPLE != 0) {
      return refuse("a leading dimension of the auxiliary matrix that is no multiple of 8, or too small");
    }
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check(const cublasLtMatmulDesc& operation, Layout a, Layout b, Layout c, Layout d) {
  for (Layout layout : {a, b, c, d}) {
    cublasStatus_t status = check_layout(*layout);
    if (status != CUBLAS_STATUS_SUCCESS) {
      return status;
    }
  }
  cublasStatus_t status = check_types(operation, a, b, c, d);
  if (status == CUBLAS_STATUS_SUCCESS) {
    status = check_shapes(operation, a, b, c, d);
  }
  return status == CUBLAS_STATUS_SUCCESS ? check_epilogue(operation, d) : status;
}

bool is_device_memory(const void* data, int64_t elements, int type) {
  return emulated::is_device_memory(reinterpret_cast<CUdeviceptr>(data),
                                    elements * emulated::bytes_of(static_cast<ElementType>(type)));
}

cublasStatus_t check_memory(const Product& product, const cublasLtAlgorithm& algorithm) {
  for (int i = 0; i < 4; i++) {
    if (i == 2 && product.beta == 0) {
      continue;
    }
    const cublasLtMatrixLayout& layout = product.layouts[i];
    if (reinterpret_cast<uintptr_t>(product.data[i]) % algorithm.alignments[i] != 0) {
      return refuse("a matrix that is less aligned than the algorithm needs");
    }
    int64_t elements = (layout.batch_count() - 1) * layout.batch_stride() + layout.extent();
    if (!is_device_memory(product.data[i], elements, layout.type())) {
      return invalid("a matrix that is no memory of the device");
    }
  }
  const cublasLtMatmulDesc& operation = product.operation;
  const cublasLtMatrixLayout& d = product.layouts[3];
  if (operation.uses_bias() &&
      !is_device_memory(operation.bias(),
                        operation.epilogue() == EPILOGUE_B_GRADIENT ? d.columns() : d.rows(), d.type())) {
    return invalid("a bias that is no memory of the device");
  }
  if (operation.uses_aux()) {
    if (reinterpret_cast<uintptr_t>(operation.aux()) % AUX_ALIGNMENT != 0) {
      return refuse("an auxiliary matrix that is not aligned to 16 bytes");
    }
    if (!is_device_memory(operation.aux(), (d.columns() - 1) * operation.aux_ld() + d.rows(), d.type())) {
      return invalid("an auxiliary matrix that is no memory of the device");
    }
  }
  if (product.workspace_bytes < algorithm.workspace_bytes ||
      (algorithm.workspace_bytes > 0 &&
       !is_device_memory(product.workspace, algorithm.workspace_bytes / 4, FLOAT))) {
    return invalid("a workspace smaller than the algorithm's");
  }
  return CUBLAS_STATUS_SUCCESS;
}

constexpr float SQRT_2_OVER_PI = 0.7978845608f;
constexpr float CUBIC = 0.044715f;

float gelu(float x) {
  return 0.5f * x * (1.0f + tanhf(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)));
}

float gelu_gradient(float x) {
  float t = tanhf(SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
  return 0.5f * (1.0f + t) +
         0.5f * x * (1.0f - t * t) * SQRT_2_OVER_PI * (1.0f + 3.0f * CUBIC * x * x);
}

void* at(void* data, ElementType type, int64_t index) {
  return static_cast<unsigned char*>(data) + index * emulated::bytes_of(type);
}

// Writes the sums of a matrix's rows, or columns, to the bias.
void store_sums(void* bias, ElementType type, const MatrixView& matrix, bool of_rows) {
  for (int64_t i = 0; i < (of_rows ? matrix.rows : matrix.columns); i++) {
    double sum = 0;
    for (int64_t k = 0; k < (of_rows ? matrix.columns : matrix.rows); k++) {
      sum += of_rows ? matrix.get(i, k) : matrix.get(k, i);
    }
    emulated::set(bias, type, i, (float)sum);
  }
}

void run_batch(const Product& product, int batch) {
  const cublasLtMatmulDesc& operation = product.operation;
  MatrixView a = product.layouts[0].view(product.data[0], operation.transposes_a(), batch);
  MatrixView b = product.layouts[1].view(product.data[1], operation.transposes_b(), batch);
  MatrixView c = product.layouts[2].view(product.data[2], false, batch);
  MatrixView d = product.layouts[3].view(product.data[3], false, batch);
  int epilogue = operation.epilogue();
  void* bias = at(operation.bias(), d.type, batch * operation.bias_batch_stride());
  MatrixView aux{at(operation.aux(), d.type, batch * operation.aux_batch_stride()), d.type, d.rows,
                 d.columns, 1, operation.aux_ld()};
  bool tf32 = operation.compute_type() == COMPUTE_32F_FAST_TF32;
  std::vector<float> sums = emulated::multiply(a, b, tf32);
  int64_t stride = emulated::row_stride(d.columns);
  for (int64_t i = 0; i < d.rows; i++) {
    double bias_gradient = 0;
    for (int64_t j = 0; j < d.columns; j++) {
      float value = product.alpha * sums[i * stride + j];
      if (product.beta != 0) {
        value += product.beta * c.get(i, j);
      }
      if (epilogue & EPILOGUE_BIAS_BIT) {
        value += emulated::get(bias, d.type, i);
      }
      if (epilogue & EPILOGUE_GELU_BIT) {
        if (epilogue & EPILOGUE_AUX_BIT) {
          aux.set(i, j, value);
        }
        value = gelu(value);
      }
      if (epilogue & EPILOGUE_GELU_GRADIENT_BIT) {
        value *= gelu_gradient(aux.get(i, j));
      }
      bias_gradient += value;
      d.set(i, j, value);
    }
    if (epilogue & EPILOGUE_BIAS_GRADIENT_BIT) {
      emulated::set(bias, d.type, i, (float)bias_gradient);
    }
  }
  if (epilogue == EPILOGUE_A_GRADIENT) {
    store_sums(bias, d.type, a, true);
  } else if (epilogue == EPILOGUE_B_GRADIENT) {
    store_sums(bias, d.type, b, false);
  }
}

CUresult run(const Product& product, size_t workspace_bytes) {
  for (int batch = 0; batch < product.layouts[3].batch_count(); batch++) {
    run_batch(product, batch);
  }
  // Whoever keeps something in the workspace loses it.
  memset(product.workspace, 0xFF, workspace_bytes);
  return CUDA_SUCCESS;
}

template <typename T>
cublasStatus_t set_attribute(T* object, int attribute, const void* value, size_t bytes) {
  if (object == nullptr || value == nullptr || (bytes != 4 && bytes != 8)) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  const unsigned char* first = static_cast<const unsigned char*>(value);
  std::vector<unsigned char> stored(first, first + bytes);
  stored.resize(8);
  object->attributes.values[attribute] = stored;
  return CUBLAS_STATUS_SUCCESS;
}

// Attributes of 8 bytes; all others have 4.
bool has_size(size_t bytes, std::initializer_list<int> long_attributes, int attribute) {
  for (int number : long_attributes) {
    if (number == attribute) {
      return bytes == 8;
    }
  }
  return bytes == 4;
}

}  // namespace

API cublasStatus_t cublasLtCreate(cublasLtContext** handle) {
  LOCKED;
  if (emulated::require_context() != CUDA_SUCCESS) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  *handle = new cublasLtContext{0};
  return CUBLAS_STATUS_SUCCESS;
}

API cublasStatus_t cublasLtDestroy(cublasLtContext* handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

API size_t cublasLtGetVersion() { return 130200; }
API size_t cublasLtGetCudartVersion() { return 13010; }

API const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "CUBLAS_STATUS_UNKNOWN";
  }
}

API const char* cublasLtGetStatusString(cublasStatus_t status) { return cublasLtGetStatusName(status); }

API cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc** operation, int compute, int scale) {
  *operation = new cublasLtMatmulDesc;
  set_attribute(*operation, 0, &compute, sizeof(compute));
  return set_attribute(*operation, 1, &scale, sizeof(scale));
}

API cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc* operation) {
  delete operation;
  return CUBLAS_STATUS_SUCCESS;
}

API cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc* operation, int attribute,
                                                  const void* value, size_t bytes) {
  if (!has_size(bytes, {8, 10, 11, 12, 13, 14}, attribute)) {
    return invalid("an attribute of a product of the wrong size");
  }
  return set_attribute(operation, attribute, value, bytes);
}

API cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout** layout, int type, uint64_t rows,
                                              uint64_t columns, int64_t ld) {
  *layout = new cublasLtMatrixLayout;
  set_attribute(*layout, 0, &type, sizeof(type));
  set_attribute(*layout, 2, &rows, sizeof(rows));
  set_attribute(*layout, 3, &columns, sizeof(columns));
  return set_attribute(*layout, 4, &ld, sizeof(ld));
}

API cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout* layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}

API cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout* layout, int attribute,
                                                    const void* value, size_t bytes) {
  if (!has_size(bytes, {2, 3, 4, 6, 7}, attribute)) {
    return invalid("an attribute of a matrix of the wrong size");
  }
  return set_attribute(layout, attribute, value, bytes);
}

API cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtPreference** preference) {
  *preference = new cublasLtPreference;
  return CUBLAS_STATUS_SUCCESS;
}

API cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtPreference* preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}

API cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtPreference* preference, int attribute,
                                                        const void* value, size_t bytes) {
  if (!has_size(bytes, {1}, attribute)) {
    return invalid("an attribute of a preference of the wrong size");
  }
  return set_attribute(preference, attribute, value, bytes);
}

API cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtContext* handle, const cublasLtMatmulDesc* operation,
                                                  Layout a, Layout b, Layout c, Layout d,
                                                  const cublasLtPreference* preference, int count,
                                                  cublasLtHeuristicResult* results, int* found) {
  *found = 0;
  if (handle == nullptr || count < 1) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  cublasStatus_t status = check(*operation, a, b, c, d);
  if (status != CUBLAS_STATUS_SUCCESS) {
    return status;
  }
  cublasLtHeuristicResult& result = results[0];
  result = {};
  result.workspace_bytes = std::min(WORKSPACE_BYTES, preference->workspace_bytes());
  result.algorithm.mark = ALGORITHM_MARK;
  result.algorithm.workspace_bytes = result.workspace_bytes;
  Layout layouts[4] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
    unsigned alignment = preference->alignment(i);
    if (alignment < emulated::bytes_of(static_cast<ElementType>(layouts[i]->type()))) {
      return refuse("matrices that are less aligned than their elements");
    }
    // The fastest algorithms need no more than this.
    result.algorithm.alignments[i] = std::min(alignment, 16u);
  }
  result.waves = 1;
  *found = 1;
  return CUBLAS_STATUS_SUCCESS;
}

API cublasStatus_t cublasLtMatmul(cublasLtContext* handle, const cublasLtMatmulDesc* operation,
                                  const void* alpha, const void* a_data, Layout a, const void* b_data,
                                  Layout b, const void* beta, const void* c_data, Layout c, void* d_data,
                                  Layout d, const cublasLtAlgorithm* algorithm, void* workspace,
                                  size_t workspace_bytes, CUstream stream) {
  LOCKED;
  if (handle == nullptr || alpha == nullptr || beta == nullptr) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  cublasStatus_t status = check(*operation, a, b, c, d);
  if (status != CUBLAS_STATUS_SUCCESS) {
    return status;
  }
  Product product{*operation,
                  {*a, *b, *c, *d},
                  {const_cast<void*>(a_data), const_cast<void*>(b_data), const_cast<void*>(c_data), d_data},
                  *static_cast<const float*>(alpha),
                  *static_cast<const float*>(beta),
                  workspace,
                  workspace_bytes};
  cublasLtAlgorithm any{ALGORITHM_MARK, 0, {4, 4, 4, 4}, {}};
  for (int i = 0; i < 4; i++) {
    any.alignments[i] = emulated::bytes_of(static_cast<ElementType>(product.layouts[i].type()));
  }
  cublasLtAlgorithm chosen = algorithm == nullptr ? any : *algorithm;
  if (chosen.mark != ALGORITHM_MARK) {
    return invalid("an algorithm that no heuristic gave");
  }
  status = check_memory(product, chosen);
  if (status != CUBLAS_STATUS_SUCCESS) {
    return status;
  }
  size_t used = chosen.workspace_bytes;
  CUresult result = emulated::submit(stream, [product, used] { return run(product, used); });
  return result == CUDA_SUCCESS ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
