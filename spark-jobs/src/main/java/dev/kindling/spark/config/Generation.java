package dev.kindling.spark.config;

import java.util.Locale;
import java.util.Optional;

/** The generations of language models, from counts to the Transformer, in the order of history. */
public enum Generation {
  /** Counts with smoothing. */
  NGRAM(
      null,
      "Kneser and Ney 1995, Chen and Goodman 1999",
      "counts, smoothed: what followed the last few tokens before, nothing learned"),
  /** Vectors of words, which predict no text. */
  WORD2VEC(null, "Mikolov et al. 2013", "vectors: words that stand among the same words are alike"),
  /** A window of tokens. */
  FEEDFORWARD(
      Architecture.FEEDFORWARD,
      "Bengio et al. 2003",
      "embeddings inside the model: what holds for a token helps with those that are like it"),
  /** Gated convolutions. */
  CONVOLUTIONAL(
      Architecture.CONVOLUTIONAL,
      "Dauphin et al. 2017",
      "depth: layer upon layer sees further back, all places of a text at once"),
  /** A state. */
  RECURRENT(
      Architecture.RECURRENT,
      "Elman 1990, Mikolov et al. 2010",
      "a state: no fixed window, as long as the gradient lasts"),
  /** A state behind gates. */
  LSTM(
      Architecture.LSTM,
      "Hochreiter and Schmidhuber 1997, Zaremba et al. 2014",
      "gates: the state outlasts many tokens, and so does the gradient"),
  /** An LSTM in either direction. */
  ELMO(
      Architecture.ELMO,
      "Peters et al. 2018",
      "both directions: vectors of words in their context, to be used in other tasks"),
  /** A decoder of attention. */
  GPT(
      Architecture.GPT,
      "Vaswani et al. 2017, Radford et al. 2019",
      "attention: every token reads every other before it, all places of a text at once");

  private final Architecture architecture;
  private final String paper;
  private final String bought;

  Generation(Architecture architecture, String paper, String bought) {
    this.architecture = architecture;
    this.paper = paper;
    this.bought = bought;
  }

  /** What {@code model.architecture} says for it; empty for what is not trained by gradients. */
  public Optional<Architecture> architecture() {
    return Optional.ofNullable(architecture);
  }

  /** Whether it gives the next token a probability. */
  public boolean predicts() {
    return this != WORD2VEC;
  }

  /** Where it was published. */
  public String paper() {
    return paper;
  }

  /** What it had that those before it had not, in one line. */
  public String bought() {
    return bought;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
