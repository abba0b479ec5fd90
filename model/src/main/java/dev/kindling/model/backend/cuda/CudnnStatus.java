package dev.kindling.model.backend.cuda;

import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.global.cudnn;

/** Checks what calls of cuDNN return. */
final class CudnnStatus {
  private static final int LONGEST_MESSAGE = 1024;

  private CudnnStatus() {}

  /**
   * Lets success pass.
   *
   * @param status as a call of cuDNN has returned it
   * @param what the call was for, such as {@code "make a plan"}
   * @throws IllegalStateException for any other, with what cuDNN says about it
   */
  static void check(int status, String what) {
    if (status != cudnn.CUDNN_STATUS_SUCCESS) {
      throw new IllegalStateException(
          "cuDNN could not "
              + what
              + ": "
              + cudnn.cudnnGetErrorString(status).getString()
              + " "
              + lastMessage());
    }
  }

  private static String lastMessage() {
    byte[] text = new byte[LONGEST_MESSAGE];
    cudnn.cudnnGetLastErrorString(text, text.length);
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return "(" + new String(text, 0, length, StandardCharsets.UTF_8).strip() + ")";
  }
}
