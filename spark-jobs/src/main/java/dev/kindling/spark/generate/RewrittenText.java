package dev.kindling.spark.generate;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.io.SpecialTokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What goes into an encoder-decoder and what comes out of it, as text. A {@value #BLANK} in the
 * prompt stands for words that the model is to find, as in its training: BART writes the whole text
 * without blanks, T5 the contents of the blanks only, which are then put into the prompt.
 */
final class RewrittenText {
  /** Stands for words that are missing. */
  static final String BLANK = "<mask>";

  private final ArchitectureConfig model;
  private final SpecialTokenIds special;
  private final Tokenizer tokenizer;
  private final String[] pieces;

  /**
   * A prompt.
   *
   * @param model a T5 or a BART
   */
  RewrittenText(
      ArchitectureConfig model, SpecialTokenIds special, Tokenizer tokenizer, String prompt) {
    this.model = model;
    this.special = special;
    this.tokenizer = tokenizer;
    this.pieces = prompt.split(BLANK, -1);
  }

  /**
   * The ids that the encoder reads, between those that begin and end every text.
   *
   * @throws InvalidInputException if they are more than the model takes, or it has no ids for
   *     blanks
   */
  int[] input() {
    List<Integer> ids = new ArrayList<>();
    special.beginOfText().ifPresent(ids::add);
    for (int i = 0; i < pieces.length; i++) {
      if (i > 0) {
        ids.add(blank(i - 1));
      }
      Arrays.stream(tokenizer.encode(pieces[i])).forEach(ids::add);
    }
    special.endOfText().ifPresent(ids::add);
    if (ids.size() > model.contextLength()) {
      throw new InvalidInputException(
          "the prompt has " + ids.size() + " tokens",
          "at most " + model.contextLength() + ", the context length of the model",
          "give a shorter --prompt or generate.prompt");
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private int blank(int index) {
    OptionalInt id = model instanceof T5Config ? sentinel(index) : special.mask();
    return id.orElseThrow(
        () ->
            new InvalidInputException(
                "the prompt has " + (pieces.length - 1) + " blanks " + BLANK,
                "as many as the model has tokens for, which are " + index,
                "leave some out of --prompt or generate.prompt"));
  }

  /** T5 numbers its blanks downwards from the end of the vocabulary. */
  private OptionalInt sentinel(int index) {
    int id = model.vocabSize() - 1 - index;
    int last =
        IntStream.of(
                tokenizer.vocabSize() - 1,
                special.padding().orElse(-1),
                special.endOfText().orElse(-1))
            .max()
            .orElseThrow();
    return id > last ? OptionalInt.of(id) : OptionalInt.empty();
  }

  /** The text of what the decoder wrote. */
  String text(List<Integer> output) {
    if (!(model instanceof T5Config) || pieces.length == 1) {
      return words(output);
    }
    StringBuilder text = new StringBuilder(pieces[0]);
    for (int i = 1; i < pieces.length; i++) {
      text.append(words(contentOf(i - 1, output))).append(pieces[i]);
    }
    return text.toString();
  }

  /** What follows a blank's token, up to the next special one. */
  private List<Integer> contentOf(int blank, List<Integer> output) {
    int first = output.indexOf(blank(blank)) + 1;
    if (first == 0) {
      return List.of();
    }
    List<Integer> behind = output.subList(first, output.size());
    return behind.stream().takeWhile(id -> id < tokenizer.vocabSize()).toList();
  }

  private String words(List<Integer> ids) {
    return tokenizer.decode(
        ids.stream()
            .mapToInt(Integer::intValue)
            .filter(id -> id < tokenizer.vocabSize())
            .toArray());
  }
}
