package dev.kindling.benchmarks.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A step that is measured: a main class and its arguments, in which {@code {corpus}} stands for the
 * raw text and {@code {work}} for the directory of all outputs. A stage writes to {@code
 * {work}/NAME}.
 *
 * @param name as in the table
 * @param mainClass empty: Kindling's command line
 * @param arguments of the main class
 */
public record DataStage(String name, String mainClass, List<String> arguments) {
  /** What the others are held against. */
  public static final String WORD_COUNT = "word-count";

  /** All stages, in the order in which they run: later ones read what earlier ones wrote. */
  public static final List<DataStage> ALL =
      List.of(
          new DataStage(WORD_COUNT, "dev.kindling.benchmarks.data.WordCount", List.of("{corpus}")),
          kindling("signals --input {corpus} --output {work}/signals"),
          kindling(
              "clean --input {work}/signals --output {work}/clean"
                  + " --set clean.filters=[gopher-repetition,gopher-quality@en,chinese@zh]"),
          kindling("deduplicate --input {work}/clean --output {work}/deduplicate"),
          kindling(
              "tokenizer --input {work}/deduplicate --output {work}/tokenizer"
                  + " --set tokenizer.vocabSize=32768"),
          kindling(
              "tokenize --input {work}/deduplicate --tokenizer {work}/tokenizer"
                  + " --output {work}/tokenize"));

  private static DataStage kindling(String command) {
    List<String> arguments = Arrays.asList(command.split(" ", -1));
    return new DataStage(arguments.get(0), "", arguments);
  }

  /** The arguments for these places. */
  List<String> arguments(Path corpus, Path work) {
    return arguments.stream()
        .map(
            argument ->
                argument.replace("{corpus}", corpus.toString()).replace("{work}", work.toString()))
        .toList();
  }
}
