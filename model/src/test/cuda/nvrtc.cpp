// Compiles CUDA C++ with g++, as C++ whose CUDA is in execution.h and in our ptx.cuh. What is
// given back as the code for a GPU is a shared library, for module.cpp.
//
// Libraries are kept in the directory `kernels` beside this one, by the hash of their preprocessed source.
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

extern char** environ;

namespace {

namespace files = std::filesystem;
typedef std::vector<std::string> Strings;

enum nvrtcResult : int {
  NVRTC_SUCCESS = 0,
  NVRTC_ERROR_OUT_OF_MEMORY = 1,
  NVRTC_ERROR_PROGRAM_CREATION_FAILURE = 2,
  NVRTC_ERROR_INVALID_INPUT = 3,
  NVRTC_ERROR_INVALID_PROGRAM = 4,
  NVRTC_ERROR_INVALID_OPTION = 5,
  NVRTC_ERROR_COMPILATION = 6,
  NVRTC_ERROR_INTERNAL_ERROR = 11,
};

struct Program {
  std::string name;
  std::string source;
  std::map<std::string, std::string> headers;
  std::string log;
  std::string code;
};

struct Options {
  int architecture = 750;
  // Whether every later GPU runs the code, as it does PTX.
  bool portable = false;
  Strings definitions;
};

// Those that this compiler says it knows.
constexpr int ARCHITECTURES[] = {75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121};

// Of execution.h and ptx.cuh.
files::path headers_directory() { return EMULATOR_SOURCES; }

files::path own_directory() {
  Dl_info info;
  dladdr(reinterpret_cast<void*>(&own_directory), &info);
  return files::path(info.dli_fname).parent_path();
}

std::string read_file(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_file(const files::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// Whether the option is known; those without meaning here are ignored.
bool read_option(const std::string& option, Options& options) {
  for (const char* prefix : {"--gpu-architecture=", "-arch="}) {
    if (starts_with(option, prefix)) {
      std::string value = option.substr(strlen(prefix));
      size_t digits = value.find('_') + 1;
      options.architecture = 10 * atoi(value.c_str() + digits);
      options.portable = starts_with(value, "compute_");
      return (options.portable || starts_with(value, "sm_")) && options.architecture > 0;
    }
  }
  for (const char* prefix : {"--define-macro=", "-D"}) {
    if (starts_with(option, prefix)) {
      options.definitions.push_back("-D" + option.substr(strlen(prefix)));
      return true;
    }
  }
  for (const char* prefix : {"--std=", "-std=", "--fmad=", "-fmad=", "--maxrregcount=", "-maxrregcount=",
                             "--include-path=", "-I", "-lineinfo", "--generate-line-info", "-w",
                             "--device-as-default-execution-space", "-default-device",
                             "--extra-device-vectorization", "--ptxas-options=", "--split-compile=",
                             "--Ofast-compile=", "-Ofc=", "--diag-suppress=", "-G", "--device-debug"}) {
    if (starts_with(option, prefix)) {
      return true;
    }
  }
  return false;
}

// Runs a program in a directory; its output goes to the log.
bool run(const Strings& command, const files::path& directory, std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  std::string output = directory / "output";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child;
  int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    log += command[0] + " does not start: " + strerror(error) + "\n";
    return false;
  }
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  log += read_file(output);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

// The end of the parenthesis that opens at this position.
size_t closing(const std::string& text, size_t position) {
  int depth = 0;
  for (; position < text.size(); position++) {
    depth += text[position] == '(' ? 1 : text[position] == ')' ? -1 : 0;
    if (depth == 0) {
      return position;
    }
  }
  return position;
}

size_t find_word(const std::string& text, const std::string& word, size_t from) {
  for (size_t at = text.find(word, from); at != std::string::npos; at = text.find(word, at + 1)) {
    if ((at == 0 || !is_word(text[at - 1])) && !is_word(text[at + word.size()])) {
      return at;
    }
  }
  return std::string::npos;
}

// The name before the first parenthesis from a position on.
std::string declared_name(const std::string& text, size_t from) {
  size_t end = text.find('(', from);
  while (end != std::string::npos && end > from && !is_word(text[end - 1])) {
    end--;
  }
  size_t begin = end;
  while (begin > from && is_word(text[begin - 1])) {
    begin--;
  }
  return text.substr(begin, end - begin);
}

bool follows_extern_c(const std::string& text, size_t position) {
  std::string before = text.substr(position < 400 ? 0 : position - 400, position < 400 ? position : 400);
  // Lines of the preprocessor's own may lie between.
  std::string words;
  std::istringstream lines(before);
  for (std::string line; std::getline(lines, line);) {
    words += starts_with(line, "# ") ? "" : line + "\n";
  }
  while (!words.empty() && isspace((unsigned char)words.back())) {
    words.pop_back();
  }
  return words.size() >= 3 && words.compare(words.size() - 3, 3, "\"C\"") == 0;
}

// Takes out what is no C++, and appends what starts each kernel: a function that reads its parameters
// where they lie, and their sizes.
std::string with_starters(std::string text, const Options& options) {
  const std::string GLOBAL = "__global__";
  const std::string BOUNDS = "__launch_bounds__";
  std::map<std::string, std::string> kernels;  // and the most threads of each
  size_t position = 0;
  for (;;) {
    size_t global = find_word(text, GLOBAL, position);
    if (global == std::string::npos) {
      break;
    }
    size_t bounds = find_word(text, BOUNDS, position);
    size_t declaration = global;
    std::string max_threads = "1024";
    text.replace(global, GLOBAL.size(), GLOBAL.size(), ' ');
    size_t body = text.find_first_of("{;", global);
    if (bounds < body) {
      size_t open = text.find('(', bounds);
      size_t close = closing(text, open);
      max_threads = text.substr(open + 1, close - open - 1);
      int depth = 0;
      for (size_t i = 0; i < max_threads.size(); i++) {
        depth += max_threads[i] == '(' || max_threads[i] == '<' ? 1
                 : max_threads[i] == ')' || max_threads[i] == '>' ? -1
                                                                  : 0;
        if (depth == 0 && max_threads[i] == ',') {
          max_threads.resize(i);
          break;
        }
      }
      text.replace(bounds, close + 1 - bounds, close + 1 - bounds, ' ');
      declaration = std::min(declaration, bounds);
    }
    if (follows_extern_c(text, declaration)) {
      kernels.emplace(declared_name(text, global), max_threads);
    }
    position = global;
  }
  std::ostringstream code;
  const std::string exported = "__attribute__((visibility(\"default\"), used)) ";
  code << text << "\n# 1 \"starters\"\nextern \"C\" {\n"
       << exported << "extern const int emulated_architecture = " << options.architecture << ";\n"
       << exported << "extern const bool emulated_portable = " << options.portable << ";\n";
  for (const auto& [name, max_threads] : kernels) {
    code << exported << "void emulated_start_" << name << "(void** arguments) { emulated::start(" << name
         << ", arguments); }\n"
         << exported << "extern const emulated::Signature emulated_signature_" << name
         << " = emulated::signature(" << name << ", " << max_threads << ");\n";
  }
  code << "}\n";
  return code.str();
}

std::string hash_of(const std::string& text) {
  uint64_t hashes[2] = {14695981039346656037u, 88172645463325252u};
  for (unsigned char c : text) {
    hashes[0] = (hashes[0] ^ c) * 1099511628211u;
    hashes[1] = (hashes[1] + c) * 6364136223846793005u + 1442695040888963407u;
  }
  char hexadecimal[33];
  snprintf(hexadecimal, sizeof(hexadecimal), "%016llx%016llx", (unsigned long long)hashes[0],
           (unsigned long long)hashes[1]);
  return hexadecimal;
}

// With our ptx.cuh in the place of the lines that come from the kernels' own.
std::string with_own_ptx(const std::string& source) {
  std::ostringstream result;
  std::istringstream lines(source);
  bool skips = false;
  bool included = false;
  for (std::string line; std::getline(lines, line);) {
    if (starts_with(line, "#line ")) {
      skips = line.find("\"ptx.cuh\"") != std::string::npos;
      if (skips && !included) {
        result << "#include <ptx.cuh>\n";
        included = true;
      }
    }
    if (!skips) {
      result << line << "\n";
    }
  }
  return result.str();
}

void write_sources(const Program& program, const files::path& directory) {
  write_file(directory / program.name, with_own_ptx(program.source));
  for (const auto& [name, text] : program.headers) {
    if (files::path(name).filename() != "ptx.cuh") {
      files::create_directories((directory / name).parent_path());
      write_file(directory / name, text);
    }
  }
}

bool compile(Program& program, const Options& options, const files::path& directory) {
  write_sources(program, directory);
  Strings preprocess = {"g++", "-std=c++17", "-w", "-fno-diagnostics-show-caret", "-E", "-x", "c++"};
  preprocess.insert(preprocess.end(), options.definitions.begin(), options.definitions.end());
  preprocess.insert(preprocess.end(), {"-D__CUDACC__=1", "-D__CUDACC_RTC__=1", "-D__NVCC__=1"});
  preprocess.push_back("-D__CUDA_ARCH__=" + std::to_string(options.architecture));
  preprocess.push_back("-I" + headers_directory().string());
  preprocess.insert(preprocess.end(), {"-include", "execution.h", program.name, "-o", "preprocessed.ii"});
  if (!run(preprocess, directory, program.log)) {
    return false;
  }
  std::string text = with_starters(read_file(directory / "preprocessed.ii"), options);
  files::path kept = own_directory() / "kernels" / (hash_of(text) + ".so");
  if (!files::exists(kept)) {
    write_file(directory / "program.ii", text);
    // Of the checks, sanitizer.cpp has the functions. Sources are written for a compiler without strict
    // aliasing that fuses multiplications with additions, as NVRTC is.
    if (!run({"g++", "-std=c++17", "-w", "-fno-diagnostics-show-caret", "-O2", "-march=native", "-fPIC", "-ffp-contract=fast",
              "-fno-strict-aliasing", "-fno-exceptions", "-fno-gnu-unique", "-fno-extern-tls-init",
              "-fvisibility=hidden", "-fno-math-errno",
              "-fsanitize=alignment,null,bounds,shift-exponent,integer-divide-by-zero", "-c",
              "program.ii", "-o", "program.o"},
             directory, program.log) ||
        !run({"g++", "-shared", "-Wl,-z,defs", "-Wl,-z,now", "-Wl,-Bsymbolic", "program.o",
              own_directory() / "libcuda.so.1", "-o", "program.so"},
             directory, program.log)) {
      return false;
    }
    files::create_directories(kept.parent_path());
    files::path unfinished = kept.string() + "." + directory.filename().string();
    files::copy_file(directory / "program.so", unfinished);
    files::rename(unfinished, kept);
  }
  program.code = read_file(kept);
  return true;
}

}  // namespace

typedef Program* nvrtcProgram;

// The minor version is of this emulator's sources: caches of compiled kernels must not take those of
// another, or of a real compiler, for the same.
API nvrtcResult nvrtcVersion(int* major, int* minor) {
  *major = 13;
  *minor = EMULATOR_VERSION;
  return NVRTC_SUCCESS;
}

API nvrtcResult nvrtcGetNumSupportedArchs(int* count) {
  *count = sizeof(ARCHITECTURES) / sizeof(ARCHITECTURES[0]);
  return NVRTC_SUCCESS;
}

API nvrtcResult nvrtcGetSupportedArchs(int* architectures) {
  memcpy(architectures, ARCHITECTURES, sizeof(ARCHITECTURES));
  return NVRTC_SUCCESS;
}

API const char* nvrtcGetErrorString(nvrtcResult result) {
  switch (result) {
    case NVRTC_SUCCESS:
      return "NVRTC_SUCCESS";
    case NVRTC_ERROR_OUT_OF_MEMORY:
      return "NVRTC_ERROR_OUT_OF_MEMORY";
    case NVRTC_ERROR_PROGRAM_CREATION_FAILURE:
      return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
    case NVRTC_ERROR_INVALID_INPUT:
      return "NVRTC_ERROR_INVALID_INPUT";
    case NVRTC_ERROR_INVALID_PROGRAM:
      return "NVRTC_ERROR_INVALID_PROGRAM";
    case NVRTC_ERROR_INVALID_OPTION:
      return "NVRTC_ERROR_INVALID_OPTION";
    case NVRTC_ERROR_COMPILATION:
      return "NVRTC_ERROR_COMPILATION";
    default:
      return "NVRTC_ERROR_INTERNAL_ERROR";
  }
}

API nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* source, const char* name,
                                   int num_headers, const char* const* headers,
                                   const char* const* include_names) {
  if (program == nullptr || source == nullptr || num_headers < 0) {
    return NVRTC_ERROR_INVALID_INPUT;
  }
  *program = new Program;
  (*program)->name = name == nullptr ? "default_program" : files::path(name).filename().string();
  (*program)->source = source;
  for (int i = 0; i < num_headers; i++) {
    (*program)->headers[include_names[i]] = headers[i];
  }
  return NVRTC_SUCCESS;
}

API nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) {
  if (program == nullptr || *program == nullptr) {
    return NVRTC_ERROR_INVALID_PROGRAM;
  }
  delete *program;
  *program = nullptr;
  return NVRTC_SUCCESS;
}

API nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int num_options, const char* const* texts) {
  if (program == nullptr) {
    return NVRTC_ERROR_INVALID_PROGRAM;
  }
  Options options;
  program->log.clear();
  for (int i = 0; i < num_options; i++) {
    if (!read_option(texts[i], options)) {
      program->log = std::string("unrecognized option ") + texts[i] + "\n";
      return NVRTC_ERROR_INVALID_OPTION;
    }
  }
  char directory[] = "/tmp/emulated-nvrtc-XXXXXX";
  if (mkdtemp(directory) == nullptr) {
    return NVRTC_ERROR_INTERNAL_ERROR;
  }
  nvrtcResult result;
  try {
    result = compile(*program, options, directory) ? NVRTC_SUCCESS : NVRTC_ERROR_COMPILATION;
  } catch (const std::exception& e) {
    program->log += e.what();
    result = NVRTC_ERROR_INTERNAL_ERROR;
  }
  std::error_code ignored;
  files::remove_all(directory, ignored);
  return result;
}

API nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, size_t* bytes) {
  *bytes = program->log.size() + 1;
  return NVRTC_SUCCESS;
}

API nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char* log) {
  memcpy(log, program->log.c_str(), program->log.size() + 1);
  return NVRTC_SUCCESS;
}

API nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, size_t* bytes) {
  *bytes = program->code.size();
  return program->code.empty() ? NVRTC_ERROR_INVALID_PROGRAM : NVRTC_SUCCESS;
}

API nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char* code) {
  memcpy(code, program->code.data(), program->code.size());
  return program->code.empty() ? NVRTC_ERROR_INVALID_PROGRAM : NVRTC_SUCCESS;
}

API nvrtcResult nvrtcGetPTXSize(nvrtcProgram program, size_t* bytes) {
  return nvrtcGetCUBINSize(program, bytes);
}

API nvrtcResult nvrtcGetPTX(nvrtcProgram program, char* code) { return nvrtcGetCUBIN(program, code); }
