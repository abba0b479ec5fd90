package dev.kindling.benchmarks.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes the same texts by all encoders in turn, round after round, in one thread. What counts is
 * the processor time of that thread, so that collecting garbage, of which the peer makes more,
 * counts for none of them. Before that, all ids are compared.
 *
 * @param numRounds how often all are measured in turn, not counting the round that warms up
 * @param leastSeconds the processor time of each in a round, in which it encodes all texts at least
 *     once
 * @param directory for files that nobody needs afterwards
 */
public record EncoderComparison(int numRounds, double leastSeconds, Path directory) {
  private static final double NANOS = 1e9;
  private static final double MEGA = 1e6;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /**
   * Measures one vocabulary.
   *
   * @return a row for each encoder, ours first
   * @throws MeasurementFailedException if two encoders differ in an id
   */
  public List<EncodingSpeed> measure(String kind, Tokenizer tokenizer, List<String> documents)
      throws IOException {
    byte[] json = TokenizerFile.toJson(tokenizer);
    List<String> texts = withoutSpecialTokens(documents, json);
    Path file = Files.createTempFile(directory, kind, ".json");
    Files.write(file, json);
    KindlingEncoder ours = new KindlingEncoder(tokenizer);
    try (HuggingFaceEncoders peer = HuggingFaceEncoders.load(file, directory)) {
      for (String text : texts) {
        requireSame(kind, text, ours.ids(text), peer.ids(text));
      }
      List<TextEncoder> encoders = new ArrayList<>(List.of(ours));
      encoders.addAll(peer.all());
      long numIds = ours.encode(texts);
      double[][] seconds = new double[encoders.size()][numRounds];
      for (int round = -1; round < numRounds; round++) {
        for (int i = 0; i < encoders.size(); i++) {
          double pass = secondsOfAPass(encoders.get(i), texts);
          // The first round only warms up.
          if (round >= 0) {
            seconds[i][round] = pass;
          }
        }
      }
      return rows(kind, encoders, seconds, numIds, numBytes(texts));
    }
  }

  private static List<String> withoutSpecialTokens(List<String> documents, byte[] json)
      throws IOException {
    List<String> texts = documents;
    for (JsonNode token : new ObjectMapper().readTree(json).path("added_tokens")) {
      String name = token.path("content").textValue();
      String plain = name.replaceAll("[^A-Za-z]", "");
      texts = texts.stream().map(text -> text.replace(name, plain)).toList();
    }
    return texts;
  }

  private static List<EncodingSpeed> rows(
      String kind, List<TextEncoder> encoders, double[][] seconds, long numIds, long numBytes) {
    List<EncodingSpeed> rows = new ArrayList<>();
    double[] medians = new double[seconds.length];
    for (int i = 0; i < seconds.length; i++) {
      double[] sorted = seconds[i].clone();
      Arrays.sort(sorted);
      medians[i] = sorted[sorted.length / 2];
      rows.add(
          new EncodingSpeed(
              kind,
              encoders.get(i).name(),
              numIds / medians[i],
              numBytes / MEGA / medians[i],
              numBytes / MEGA / sorted[sorted.length - 1],
              numBytes / MEGA / sorted[0],
              medians[i] / medians[0]));
    }
    return rows;
  }

  private double secondsOfAPass(TextEncoder encoder, List<String> texts) {
    long start = THREADS.getCurrentThreadCpuTime();
    double seconds = 0;
    int numPasses = 0;
    while (seconds < leastSeconds) {
      encoder.encode(texts);
      numPasses++;
      seconds = (THREADS.getCurrentThreadCpuTime() - start) / NANOS;
    }
    return seconds / numPasses;
  }

  private static void requireSame(String kind, String text, long[] ours, long[] theirs) {
    int difference = Arrays.mismatch(ours, theirs);
    if (difference >= 0) {
      throw new MeasurementFailedException(
          kind
              + ": Kindling and Hugging Face differ from id "
              + difference
              + " of the text that begins with "
              + text.substring(0, Math.min(text.length(), 80)));
    }
  }

  private static long numBytes(List<String> texts) {
    long numBytes = 0;
    for (String text : texts) {
      numBytes += text.getBytes(StandardCharsets.UTF_8).length;
    }
    return numBytes;
  }
}
