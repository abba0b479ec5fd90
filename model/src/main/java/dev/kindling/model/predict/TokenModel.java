package dev.kindling.model.predict;

/** A model that reads sequences of token ids. */
public interface TokenModel {
  /** V: ids are from 0 to below it. */
  int vocabSize();

  /** T, the longest sequence that it reads at once. */
  int contextLength();
}
