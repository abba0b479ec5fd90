package dev.kindling.data.shard;

import java.util.Locale;

/** The two parts of a token directory, in the order in which they are written. */
enum Split {
  TRAIN(0),
  VALIDATION(1);

  /** How many there are. */
  static final int COUNT = 2;

  private final int code;

  Split(int code) {
    this.code = code;
  }

  /** Its place in arrays and in {@link PieceKey}. */
  int code() {
    return code;
  }

  static Split ofCode(int code) {
    return code == TRAIN.code ? TRAIN : VALIDATION;
  }

  /** As in file names and the manifest. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
