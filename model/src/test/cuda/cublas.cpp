// cuBLAS, of which nothing but the names of its errors is used.
#define API extern "C" __attribute__((visibility("default")))

extern "C" const char* cublasLtGetStatusName(int status);

API const char* cublasGetStatusName(int status) { return cublasLtGetStatusName(status); }

API const char* cublasGetStatusString(int status) { return cublasLtGetStatusName(status); }
