// The runtime API, of which nothing is used but which has to be there.
#define API extern "C" __attribute__((visibility("default")))

API int cudaRuntimeGetVersion(int* version) {
  *version = 13010;
  return 0;
}

API int cudaDriverGetVersion(int* version) {
  *version = 13010;
  return 0;
}
