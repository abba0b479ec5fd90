package dev.kindling.data.tokenizer;

import java.io.Serializable;

/**
 * A tokenizer on its way to an executor: the bytes of its {@code tokenizer.json}, and none of its
 * tables and caches.
 */
final class SerializedTokenizer implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] json;

  SerializedTokenizer(byte[] json) {
    this.json = json;
  }

  private Object readResolve() {
    return TokenizerFile.parse(json);
  }
}
