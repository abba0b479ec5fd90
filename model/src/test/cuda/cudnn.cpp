// cuDNN's backend API on the CPU, as far as attention needs it: graphs of products, operations on
// elements, reductions and transposes. Any such graph runs, so it shows what a graph computes, and
// that descriptors are used as they must be; not whether the real cuDNN has a kernel for it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "driver.h"

namespace {

enum Status { SUCCESS = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000, EXECUTION_FAILED = 5000 };

enum AttributeType {
  HANDLE = 0,
  DATA_TYPE = 1,
  BOOLEAN = 2,
  INT64 = 3,
  FLOAT32 = 4,
  FLOAT64 = 5,
  VOID_PTR = 6,
  HEUR_MODE = 8,
  POINTWISE_MODE = 14,
  DESCRIPTOR = 15,
  REDUCTION_OPERATOR = 18,
};

enum DescriptorType {
  POINTWISE = 0,
  ENGINECFG = 3,
  ENGINEHEUR = 4,
  EXECUTION_PLAN = 5,
  OPERATION_POINTWISE = 13,
  OPERATIONGRAPH = 15,
  VARIANT_PACK = 16,
  TENSOR = 17,
  MATMUL = 18,
  OPERATION_MATMUL = 19,
  REDUCTION = 21,
  OPERATION_REDUCTION = 22,
  OPERATION_RESHAPE = 31,
};

enum DataType { FLOAT = 0, INT32 = 4, BFLOAT16 = 9, BOOL = 11 };

enum Mode {
  ADD = 0,
  MUL = 1,
  DIV = 6,
  SUB = 9,
  EXP = 13,
  LOG = 15,
  CMP_GE = 303,
  GEN_INDEX = 501,
  BINARY_SELECT = 601,
};

enum Reduction { SUM = 0, MAX = 3 };

// An attribute: of which descriptors, of which type, and whether it must be set.
struct Attribute {
  int descriptor;
  int type;
  bool required;
};

const std::map<int, Attribute> ATTRIBUTES = {
    {0, {POINTWISE, POINTWISE_MODE, true}},
    {1, {POINTWISE, DATA_TYPE, true}},
    {9, {POINTWISE, INT64, false}},
    {200, {ENGINEHEUR, HEUR_MODE, true}},
    {201, {ENGINEHEUR, DESCRIPTOR, true}},
    {202, {ENGINEHEUR, DESCRIPTOR, false}},
    {400, {EXECUTION_PLAN, HANDLE, true}},
    {401, {EXECUTION_PLAN, DESCRIPTOR, true}},
    {402, {EXECUTION_PLAN, INT64, false}},
    {750, {OPERATION_POINTWISE, DESCRIPTOR, true}},
    {751, {OPERATION_POINTWISE, DESCRIPTOR, true}},
    {752, {OPERATION_POINTWISE, DESCRIPTOR, false}},
    {753, {OPERATION_POINTWISE, DESCRIPTOR, true}},
    {754, {OPERATION_POINTWISE, FLOAT32, false}},
    {755, {OPERATION_POINTWISE, FLOAT32, false}},
    {758, {OPERATION_POINTWISE, DESCRIPTOR, false}},
    {800, {OPERATIONGRAPH, HANDLE, true}},
    {801, {OPERATIONGRAPH, DESCRIPTOR, true}},
    {900, {TENSOR, INT64, true}},
    {901, {TENSOR, DATA_TYPE, true}},
    {902, {TENSOR, INT64, true}},
    {903, {TENSOR, INT64, true}},
    {906, {TENSOR, INT64, true}},
    {907, {TENSOR, BOOLEAN, false}},
    {908, {TENSOR, BOOLEAN, false}},
    {1000, {VARIANT_PACK, INT64, true}},
    {1001, {VARIANT_PACK, VOID_PTR, true}},
    {1003, {VARIANT_PACK, VOID_PTR, true}},
    {1500, {MATMUL, DATA_TYPE, true}},
    {1503, {MATMUL, FLOAT64, false}},
    {1520, {OPERATION_MATMUL, DESCRIPTOR, true}},
    {1521, {OPERATION_MATMUL, DESCRIPTOR, true}},
    {1522, {OPERATION_MATMUL, DESCRIPTOR, true}},
    {1523, {OPERATION_MATMUL, DESCRIPTOR, true}},
    {1600, {REDUCTION, REDUCTION_OPERATOR, true}},
    {1601, {REDUCTION, DATA_TYPE, true}},
    {1610, {OPERATION_REDUCTION, DESCRIPTOR, true}},
    {1611, {OPERATION_REDUCTION, DESCRIPTOR, true}},
    {1612, {OPERATION_REDUCTION, DESCRIPTOR, true}},
    {2200, {OPERATION_RESHAPE, DESCRIPTOR, true}},
    {2201, {OPERATION_RESHAPE, DESCRIPTOR, true}},
};

size_t bytes_of_attribute(int type) {
  switch (type) {
    case BOOLEAN:
      return 1;
    case DATA_TYPE:
    case FLOAT32:
    case HEUR_MODE:
    case POINTWISE_MODE:
    case REDUCTION_OPERATOR:
      return 4;
    default:
      return 8;
  }
}

std::string message;

Status refuse(Status status, const std::string& why) {
  message = why;
  return status;
}

struct Tensor {
  int64_t id = 0;
  int type = FLOAT;
  int64_t sizes[4] = {1, 1, 1, 1};
  int64_t strides[4] = {1, 1, 1, 1};
  bool is_virtual = false;
  bool is_by_value = false;

  int64_t count() const { return sizes[0] * sizes[1] * sizes[2] * sizes[3]; }
  size_t bytes() const {
    int64_t last = 0;
    for (int i = 0; i < 4; i++) {
      last += (sizes[i] - 1) * strides[i];
    }
    return (last + 1) * (type == BFLOAT16 ? 2 : 4);
  }
};

struct Descriptor {
  int type = 0;
  bool finished = false;
  std::map<int, std::vector<char>> attributes;

  bool has(int attribute) const { return attributes.count(attribute) > 0; }

  template <typename T>
  std::vector<T> values(int attribute) const {
    auto found = attributes.find(attribute);
    if (found == attributes.end()) {
      return {};
    }
    std::vector<T> result(found->second.size() / sizeof(T));
    memcpy(result.data(), found->second.data(), found->second.size());
    return result;
  }

  template <typename T>
  T value(int attribute, T otherwise = T()) const {
    std::vector<T> all = values<T>(attribute);
    return all.empty() ? otherwise : all[0];
  }

  Descriptor* descriptor(int attribute) const { return value<Descriptor*>(attribute); }

  Tensor tensor(int attribute) const {
    const Descriptor& from = *descriptor(attribute);
    Tensor result;
    result.id = from.value<int64_t>(906);
    result.type = from.value<int>(901);
    std::vector<int64_t> sizes = from.values<int64_t>(902);
    std::vector<int64_t> strides = from.values<int64_t>(903);
    std::copy(sizes.begin(), sizes.end(), result.sizes);
    std::copy(strides.begin(), strides.end(), result.strides);
    result.is_virtual = from.value<char>(907) != 0;
    result.is_by_value = from.value<char>(908) != 0;
    return result;
  }
};

struct Context {
  CUstream stream = nullptr;
};

float round_to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if (std::isnan(value)) {
    return value;
  }
  bits += 0x7FFF + (bits >> 16 & 1);
  bits &= 0xFFFF0000u;
  memcpy(&value, &bits, 4);
  return value;
}

// What an operation takes and gives, by copies: the descriptors may be gone when it runs.
struct Operation {
  int type;
  int mode;
  int axis;
  std::vector<Tensor> inputs;
  Tensor out;
};

// A graph's run: tensors by their ids, each [B, H, R, C] without gaps in F32.
struct Run {
  std::vector<Operation> operations;
  std::map<int64_t, void*> memory;
  std::map<int64_t, float> numbers;
  std::map<int64_t, std::vector<float>> values;

  const std::vector<float>& read(const Tensor& tensor) {
    auto found = values.find(tensor.id);
    if (found != values.end()) {
      return found->second;
    }
    std::vector<float>& result = values[tensor.id];
    if (tensor.is_by_value) {
      result = {numbers.at(tensor.id)};
      return result;
    }
    result.resize(tensor.count());
    const char* data = static_cast<const char*>(memory.at(tensor.id));
    each(tensor, [&](int64_t index, int64_t offset) {
      uint32_t bits = 0;
      if (tensor.type == BFLOAT16) {
        uint16_t half;
        memcpy(&half, data + 2 * offset, 2);
        bits = static_cast<uint32_t>(half) << 16;
      } else {
        memcpy(&bits, data + 4 * offset, 4);
      }
      memcpy(&result[index], &bits, 4);
    });
    return result;
  }

  void write(const Tensor& tensor, std::vector<float> result) {
    if (tensor.type == BFLOAT16) {
      for (float& value : result) {
        value = round_to_bf16(value);
      }
    }
    if (!tensor.is_virtual) {
      char* data = static_cast<char*>(memory.at(tensor.id));
      each(tensor, [&](int64_t index, int64_t offset) {
        uint32_t bits;
        memcpy(&bits, &result[index], 4);
        if (tensor.type == BFLOAT16) {
          uint16_t half = bits >> 16;
          memcpy(data + 2 * offset, &half, 2);
        } else {
          memcpy(data + 4 * offset, &bits, 4);
        }
      });
    }
    values[tensor.id] = std::move(result);
  }

  template <typename Function>
  static void each(const Tensor& tensor, Function function) {
    int64_t index = 0;
    for (int64_t b = 0; b < tensor.sizes[0]; b++) {
      for (int64_t h = 0; h < tensor.sizes[1]; h++) {
        for (int64_t r = 0; r < tensor.sizes[2]; r++) {
          for (int64_t c = 0; c < tensor.sizes[3]; c++) {
            function(index++, b * tensor.strides[0] + h * tensor.strides[1] + r * tensor.strides[2] +
                                  c * tensor.strides[3]);
          }
        }
      }
    }
  }

  void multiply(const Operation& operation) {
    const Tensor& a = operation.inputs[0];
    const Tensor& b = operation.inputs[1];
    const Tensor& out = operation.out;
    const std::vector<float>& left = read(a);
    const std::vector<float>& right = read(b);
    std::vector<float> result(out.count());
    int64_t inner = a.sizes[3];
    for (int64_t matrix = 0; matrix < out.sizes[0] * out.sizes[1]; matrix++) {
      int64_t batch = matrix / out.sizes[1];
      int64_t head = matrix % out.sizes[1];
      // Neighbouring heads share one where there are fewer.
      int64_t a_matrix = batch * a.sizes[1] + head * a.sizes[1] / out.sizes[1];
      int64_t b_matrix = batch * b.sizes[1] + head * b.sizes[1] / out.sizes[1];
      for (int64_t row = 0; row < out.sizes[2]; row++) {
        for (int64_t column = 0; column < out.sizes[3]; column++) {
          double sum = 0;
          for (int64_t k = 0; k < inner; k++) {
            sum += static_cast<double>(left[(a_matrix * a.sizes[2] + row) * inner + k]) *
                   right[(b_matrix * inner + k) * b.sizes[3] + column];
          }
          result[(matrix * out.sizes[2] + row) * out.sizes[3] + column] = sum;
        }
      }
    }
    write(out, std::move(result));
  }

  // Where an element of the first tensor is in one of size 1 in some dimensions.
  static int64_t broadcast(const Tensor& tensor, const int64_t* position) {
    int64_t index = 0;
    for (int i = 0; i < 4; i++) {
      index = index * tensor.sizes[i] + (tensor.sizes[i] == 1 ? 0 : position[i]);
    }
    return index;
  }

  template <typename Function>
  static void each_position(const Tensor& tensor, Function function) {
    int64_t position[4];
    int64_t index = 0;
    for (position[0] = 0; position[0] < tensor.sizes[0]; position[0]++) {
      for (position[1] = 0; position[1] < tensor.sizes[1]; position[1]++) {
        for (position[2] = 0; position[2] < tensor.sizes[2]; position[2]++) {
          for (position[3] = 0; position[3] < tensor.sizes[3]; position[3]++) {
            function(index++, position);
          }
        }
      }
    }
  }

  void pointwise(const Operation& operation) {
    std::vector<float> result(operation.out.count());
    bool reads = operation.mode != GEN_INDEX;
    std::vector<const std::vector<float>*> all;
    for (const Tensor& input : operation.inputs) {
      all.push_back(reads ? &read(input) : nullptr);
    }
    each_position(operation.out, [&](int64_t index, const int64_t* position) {
      float x[3] = {0, 0, 0};
      for (size_t i = 0; reads && i < all.size(); i++) {
        x[i] = (*all[i])[broadcast(operation.inputs[i], position)];
      }
      result[index] = apply(operation, x, position);
    });
    write(operation.out, std::move(result));
  }

  static float apply(const Operation& operation, const float* x, const int64_t* position) {
    switch (operation.mode) {
      case ADD:
        return x[0] + x[1];
      case SUB:
        return x[0] - x[1];
      case MUL:
        return x[0] * x[1];
      case DIV:
        return x[0] / x[1];
      case EXP:
        return std::exp(x[0]);
      case LOG:
        return std::log(x[0]);
      case CMP_GE:
        return x[0] >= x[1] ? 1 : 0;
      case GEN_INDEX:
        return position[operation.axis];
      default:
        return x[2] != 0 ? x[0] : x[1];
    }
  }

  void reduce(const Operation& operation) {
    const Tensor& in = operation.inputs[0];
    const Tensor& out = operation.out;
    const std::vector<float>& input = read(in);
    bool is_max = operation.mode == MAX;
    std::vector<float> result(out.count(), is_max ? -std::numeric_limits<float>::infinity() : 0);
    each_position(in, [&](int64_t index, const int64_t* position) {
      int64_t target = 0;
      for (int i = 0; i < 4; i++) {
        target = target * out.sizes[i] + position[i] * out.sizes[i] / in.sizes[i];
      }
      result[target] = is_max ? std::max(result[target], input[index]) : result[target] + input[index];
    });
    write(out, std::move(result));
  }

  void transpose(const Operation& operation) {
    const Tensor& in = operation.inputs[0];
    const std::vector<float>& input = read(in);
    std::vector<float> result(input.size());
    each_position(in, [&](int64_t index, const int64_t* position) {
      int64_t matrix = position[0] * in.sizes[1] + position[1];
      result[(matrix * in.sizes[3] + position[3]) * in.sizes[2] + position[2]] = input[index];
    });
    write(operation.out, std::move(result));
  }

  void run() {
    for (const Operation& operation : operations) {
      switch (operation.type) {
        case OPERATION_MATMUL:
          multiply(operation);
          break;
        case OPERATION_POINTWISE:
          pointwise(operation);
          break;
        case OPERATION_REDUCTION:
          reduce(operation);
          break;
        default:
          transpose(operation);
      }
    }
  }
};

bool divides(int64_t part, int64_t whole) { return part > 0 && whole % part == 0; }

Status check_tensor(const Descriptor& tensor) {
  std::vector<int64_t> sizes = tensor.values<int64_t>(902);
  std::vector<int64_t> strides = tensor.values<int64_t>(903);
  if (sizes.size() != 4 || strides.size() != 4) {
    return refuse(BAD_PARAM, "a tensor that has not 4 dimensions");
  }
  for (int i = 0; i < 4; i++) {
    if (sizes[i] < 1 || strides[i] < 1) {
      return refuse(BAD_PARAM, "a size or a stride below 1");
    }
  }
  if (tensor.value<char>(907) != 0 && tensor.value<char>(908) != 0) {
    return refuse(BAD_PARAM, "a tensor that is virtual and by value");
  }
  return SUCCESS;
}

Status check_matmul(const Descriptor& operation) {
  Tensor a = operation.tensor(1520);
  Tensor b = operation.tensor(1521);
  Tensor c = operation.tensor(1522);
  bool fits = a.sizes[0] == c.sizes[0] && b.sizes[0] == c.sizes[0] && divides(a.sizes[1], c.sizes[1]) &&
              divides(b.sizes[1], c.sizes[1]) && a.sizes[2] == c.sizes[2] && a.sizes[3] == b.sizes[2] &&
              b.sizes[3] == c.sizes[3];
  return fits ? SUCCESS : refuse(BAD_PARAM, "a product of matrices that do not go together");
}

Status check_pointwise(const Descriptor& operation) {
  int mode = operation.descriptor(750)->value<int>(0);
  int ports = mode == EXP || mode == LOG || mode == GEN_INDEX ? 2 : mode == BINARY_SELECT ? 4 : 3;
  static const std::set<int> known = {ADD, MUL, DIV, SUB, EXP, LOG, CMP_GE, GEN_INDEX, BINARY_SELECT};
  if (known.count(mode) == 0) {
    return refuse(NOT_SUPPORTED, "an operation on elements that is not emulated");
  }
  if (operation.has(752) != (ports >= 3) || operation.has(758) != (ports == 4) ||
      operation.descriptor(750)->has(9) != (mode == GEN_INDEX)) {
    return refuse(BAD_PARAM, "an operation on elements with operands too many or too few");
  }
  Tensor out = operation.tensor(753);
  for (int attribute : {751, 752, 758}) {
    if (operation.has(attribute)) {
      Tensor input = operation.tensor(attribute);
      for (int i = 0; i < 4; i++) {
        if (input.sizes[i] != 1 && input.sizes[i] != out.sizes[i]) {
          return refuse(BAD_PARAM, "an operation on elements of tensors that do not go together");
        }
      }
    }
  }
  bool gives_boolean = mode == CMP_GE;
  bool gives_index = mode == GEN_INDEX;
  if ((out.type == BOOL) != gives_boolean || (out.type == INT32) != gives_index) {
    return refuse(BAD_PARAM, "an operation on elements with a result of a wrong type");
  }
  return SUCCESS;
}

Status check_reduction(const Descriptor& operation) {
  Tensor in = operation.tensor(1610);
  Tensor out = operation.tensor(1611);
  for (int i = 0; i < 4; i++) {
    if (!divides(out.sizes[i], in.sizes[i])) {
      return refuse(BAD_PARAM, "a reduction to a tensor that does not go with its input");
    }
  }
  int mode = operation.descriptor(1612)->value<int>(1600);
  return mode == SUM || mode == MAX ? SUCCESS : refuse(NOT_SUPPORTED, "a reduction that is not emulated");
}

Status check_reshape(const Descriptor& operation) {
  Tensor in = operation.tensor(2200);
  Tensor out = operation.tensor(2201);
  std::swap(in.sizes[2], in.sizes[3]);
  std::swap(in.strides[2], in.strides[3]);
  bool same = std::equal(in.sizes, in.sizes + 4, out.sizes) && std::equal(in.strides, in.strides + 4, out.strides);
  return same ? SUCCESS : refuse(NOT_SUPPORTED, "a reshape that is no transpose");
}

Operation operation_of(const Descriptor& from) {
  switch (from.type) {
    case OPERATION_MATMUL:
      return {from.type, 0, 0, {from.tensor(1520), from.tensor(1521)}, from.tensor(1522)};
    case OPERATION_REDUCTION:
      return {from.type, from.descriptor(1612)->value<int>(1600), 0, {from.tensor(1610)}, from.tensor(1611)};
    case OPERATION_RESHAPE:
      return {from.type, 0, 0, {from.tensor(2200)}, from.tensor(2201)};
    default: {
      const Descriptor& how = *from.descriptor(750);
      Operation result{from.type, how.value<int>(0), static_cast<int>(how.value<int64_t>(9)), {}, from.tensor(753)};
      for (int attribute : {751, 752, 758}) {
        if (from.has(attribute)) {
          result.inputs.push_back(from.tensor(attribute));
        }
      }
      return result;
    }
  }
}

// Every tensor is written before it is read, and all but arguments are written.
Status check_graph(const Descriptor& graph) {
  std::set<int64_t> written;
  for (Descriptor* descriptor : graph.values<Descriptor*>(801)) {
    Operation operation = operation_of(*descriptor);
    for (const Tensor& input : operation.inputs) {
      if (input.is_virtual && written.count(input.id) == 0) {
        return refuse(BAD_PARAM, "a virtual tensor that is read before it is written");
      }
    }
    if (operation.out.is_by_value || !written.insert(operation.out.id).second) {
      return refuse(BAD_PARAM, "a tensor that is written twice, or is a number");
    }
  }
  return SUCCESS;
}

Status check_finished(const Descriptor& descriptor) {
  for (const auto& [name, attribute] : ATTRIBUTES) {
    if (attribute.descriptor == descriptor.type && attribute.required && !descriptor.has(name)) {
      return refuse(BAD_PARAM, "attribute " + std::to_string(name) + " is not set");
    }
  }
  switch (descriptor.type) {
    case TENSOR:
      return check_tensor(descriptor);
    case OPERATION_MATMUL:
      return check_matmul(descriptor);
    case OPERATION_POINTWISE:
      return check_pointwise(descriptor);
    case OPERATION_REDUCTION:
      return check_reduction(descriptor);
    case OPERATION_RESHAPE:
      return check_reshape(descriptor);
    case OPERATIONGRAPH:
      return check_graph(descriptor);
    default:
      return SUCCESS;
  }
}

const size_t WORKSPACE_BYTES = 1000;

}  // namespace

API size_t cudnnGetVersion() { return 91900; }

API const char* cudnnGetErrorString(int status) {
  switch (status) {
    case SUCCESS:
      return "CUDNN_STATUS_SUCCESS";
    case BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    default:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
}

API void cudnnGetLastErrorString(char* text, size_t size) { snprintf(text, size, "%s", message.c_str()); }

API int cudnnCreate(Context** handle) {
  *handle = new Context;
  return SUCCESS;
}

API int cudnnDestroy(Context* handle) {
  delete handle;
  return SUCCESS;
}

API int cudnnSetStream(Context* handle, CUstream stream) {
  handle->stream = stream;
  return SUCCESS;
}

API int cudnnBackendCreateDescriptor(int type, Descriptor** descriptor) {
  *descriptor = new Descriptor;
  (*descriptor)->type = type;
  return SUCCESS;
}

API int cudnnBackendDestroyDescriptor(Descriptor* descriptor) {
  delete descriptor;
  return SUCCESS;
}

API int cudnnBackendSetAttribute(Descriptor* descriptor, int name, int type, int64_t count, const void* values) {
  auto known = ATTRIBUTES.find(name);
  if (known == ATTRIBUTES.end() || known->second.descriptor != descriptor->type || known->second.type != type) {
    return refuse(BAD_PARAM, "an attribute of a wrong descriptor or type");
  }
  if (descriptor->finished || count < 1 || values == nullptr) {
    return refuse(BAD_PARAM, "an attribute of a finished descriptor, or without values");
  }
  const char* bytes = static_cast<const char*>(values);
  if (type == DESCRIPTOR) {
    for (int64_t i = 0; i < count; i++) {
      Descriptor* value;
      memcpy(&value, bytes + 8 * i, 8);
      if (!value->finished) {
        return refuse(BAD_PARAM, "a descriptor that is not finished");
      }
    }
  }
  descriptor->attributes[name].assign(bytes, bytes + count * bytes_of_attribute(type));
  return SUCCESS;
}

API int cudnnBackendFinalize(Descriptor* descriptor) {
  Status status = check_finished(*descriptor);
  descriptor->finished = status == SUCCESS;
  return status;
}

API int cudnnBackendGetAttribute(Descriptor* descriptor, int name, int type, int64_t count, int64_t* found,
                                 void* values) {
  auto known = ATTRIBUTES.find(name);
  if (known == ATTRIBUTES.end() || known->second.descriptor != descriptor->type || known->second.type != type ||
      !descriptor->finished) {
    return refuse(BAD_PARAM, "an attribute of a wrong or unfinished descriptor");
  }
  if (found != nullptr) {
    *found = 1;
  }
  if (count == 0) {
    return SUCCESS;
  }
  if (name == 402) {
    int64_t bytes = WORKSPACE_BYTES;
    memcpy(values, &bytes, 8);
    return SUCCESS;
  }
  if (name != 202) {
    return refuse(NOT_SUPPORTED, "an attribute that is not emulated");
  }
  Descriptor* configuration;
  memcpy(&configuration, values, 8);
  if (configuration->type != ENGINECFG) {
    return refuse(BAD_PARAM, "a choice that is read into another descriptor");
  }
  Descriptor* graph = descriptor->descriptor(201);
  configuration->attributes[0].assign(reinterpret_cast<char*>(&graph), reinterpret_cast<char*>(&graph) + 8);
  configuration->finished = true;
  return SUCCESS;
}

API int cudnnBackendExecute(Context* handle, Descriptor* plan, Descriptor* pack) {
  LOCKED;
  if (handle == nullptr || plan->type != EXECUTION_PLAN || pack->type != VARIANT_PACK || !plan->finished ||
      !pack->finished) {
    return refuse(BAD_PARAM, "a plan or arguments that are none");
  }
  CUdeviceptr workspace = pack->value<CUdeviceptr>(1003);
  if (!emulated::is_device_memory(workspace, WORKSPACE_BYTES) || workspace % 16 != 0) {
    return refuse(BAD_PARAM, "a workspace that is too small or misaligned");
  }
  std::vector<int64_t> ids = pack->values<int64_t>(1000);
  std::vector<char*> addresses = pack->values<char*>(1001);
  if (ids.size() != addresses.size()) {
    return refuse(BAD_PARAM, "not as many addresses as ids");
  }
  std::map<int64_t, char*> given;
  for (size_t i = 0; i < ids.size(); i++) {
    given[ids[i]] = addresses[i];
  }
  std::shared_ptr<Run> run = std::make_shared<Run>();
  std::set<int64_t> needed;
  for (Descriptor* descriptor : plan->descriptor(401)->descriptor(0)->values<Descriptor*>(801)) {
    Operation operation = operation_of(*descriptor);
    std::vector<Tensor> tensors = operation.inputs;
    tensors.push_back(operation.out);
    for (const Tensor& tensor : tensors) {
      if (tensor.is_virtual) {
        continue;
      }
      needed.insert(tensor.id);
      if (given.count(tensor.id) == 0) {
        return refuse(BAD_PARAM, "no address for tensor " + std::to_string(tensor.id));
      }
      char* address = given[tensor.id];
      if (tensor.is_by_value) {
        memcpy(&run->numbers[tensor.id], address, 4);
      } else {
        CUdeviceptr on_device = reinterpret_cast<CUdeviceptr>(address);
        if (!emulated::is_device_memory(on_device, tensor.bytes()) || on_device % 16 != 0) {
          return refuse(BAD_PARAM, "tensor " + std::to_string(tensor.id) + " is beside memory, or misaligned");
        }
        run->memory[tensor.id] = address;
      }
    }
    run->operations.push_back(operation);
  }
  if (needed.size() != given.size()) {
    return refuse(BAD_PARAM, "addresses of tensors that the graph has not");
  }
  CUresult result = emulated::submit(handle->stream, [run] {
    Run copy = *run;
    copy.run();
    return CUDA_SUCCESS;
  });
  return result == CUDA_SUCCESS ? SUCCESS : EXECUTION_FAILED;
}
