package dev.kindling.benchmarks.tokenizer;

/**
 * How fast one encoder is, by the processor time of the one thread that calls it.
 *
 * @param kind of the vocabulary
 * @param encoder and how it is called
 * @param tokensPerSecond in the round in the middle
 * @param megabytesPerSecond in the round in the middle, 10⁶ bytes of UTF-8
 * @param slowestMegabytesPerSecond of all rounds
 * @param fastestMegabytesPerSecond of all rounds
 * @param ratio of Kindling's speed to this one's
 */
public record EncodingSpeed(
    String kind,
    String encoder,
    double tokensPerSecond,
    double megabytesPerSecond,
    double slowestMegabytesPerSecond,
    double fastestMegabytesPerSecond,
    double ratio) {}
