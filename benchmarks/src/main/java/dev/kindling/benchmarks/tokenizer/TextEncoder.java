package dev.kindling.benchmarks.tokenizer;

import java.util.List;

/** A way to turn texts into ids. */
interface TextEncoder {
  /** How it stands in the table. */
  String name();

  /** Encodes every text by itself, without special tokens, and says how many ids came out. */
  long encode(List<String> texts);
}
