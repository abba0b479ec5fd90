package dev.kindling.model.objective;

/** What a model that reads two segments predicts of them. */
public enum NextSentence {
  /**
   * Whether the second segment follows the first or comes from another random document: BERT's
   * next-sentence prediction (Devlin et al. 2019).
   */
  RANDOM,

  /**
   * Whether the two segments are in their order or swapped: ALBERT's sentence-order prediction (Lan
   * et al. 2020).
   */
  ORDER,

  /** Nothing: there is one segment. */
  NONE
}
