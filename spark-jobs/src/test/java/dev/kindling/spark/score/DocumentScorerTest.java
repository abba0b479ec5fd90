package dev.kindling.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.batch.CausalBatch;
import dev.kindling.spark.score.DocumentScorer.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Against a model whose answers can be worked out by hand: the loss of b after a is 1 + |a - b|.
 */
class DocumentScorerTest {
  private static final int VOCAB_SIZE = 128;
  private static final int CONTEXT_LENGTH = 4;
  private static final double EXACT = 1e-9;

  private final List<Integer> batchSizes = new ArrayList<>();

  @Test
  void theLogLikelihoodIsTheSumOverAllTokensOfTheDocument() {
    DocumentScore score = scores(true, 8, "aab").get(0);

    // end-of-text is 0 and 'a' is 97: 98 + 1 + 2.
    assertThat(score).isEqualTo(new DocumentScore("document-0", 3, 3, -101.0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100})
  void theBatchSizeChangesNothingButTheNumberOfCalls(int batchSize) {
    String[] texts = {"abcdefghijk", "", "x", "the quick brown fox", "ab", "", "zzzzzzzz"};
    List<DocumentScore> scores = scores(true, batchSize, texts);

    assertThat(scores).hasSize(texts.length);
    for (int i = 0; i < texts.length; i++) {
      assertThat(scores.get(i).id()).isEqualTo("document-" + i);
      assertThat(scores.get(i).tokens()).isEqualTo(texts[i].length());
      assertThat(scores.get(i).logLikelihood()).isCloseTo(byHand(texts[i]), within(EXACT));
    }
    assertThat(batchSizes).allMatch(size -> size <= batchSize);
  }

  @Test
  void windowsOfSeveralDocumentsShareABatch() {
    scores(true, 8, "ab", "cd", "ef", "gh");

    assertThat(batchSizes).containsExactly(4);
  }

  @Test
  void withoutEndOfTextTheFirstTokenHasTheProbabilityOfAGuess() {
    assertThat(scores(false, 8, "aab").get(0).logLikelihood())
        .isCloseTo(-Math.log(VOCAB_SIZE) - 3.0, within(EXACT));
    assertThat(scores(false, 8, "a").get(0).logLikelihood())
        .isCloseTo(-Math.log(VOCAB_SIZE), within(EXACT));
  }

  @Test
  void anEmptyDocumentIsKeptWithoutBitsPerByteAndPerplexity() {
    DocumentScore empty = scores(true, 8, "").get(0);

    assertThat(empty).isEqualTo(new DocumentScore("document-0", 0, 0, 0.0));
    Row row = empty.addTo(RowFactory.create("document-0", ""));
    assertThat(row).isEqualTo(RowFactory.create("document-0", "", 0L, 0L, 0.0, null, null));
  }

  @Test
  void bitsPerByteAndPerplexityAreOfTheWholeDocument() {
    DocumentScore score = new DocumentScore("d", 4, 2, -4 * Math.log(2));

    Row row = score.addTo(RowFactory.create("d"));
    assertThat(row.getDouble(4)).isCloseTo(1.0, within(EXACT));
    assertThat(row.getDouble(5)).isCloseTo(4.0, within(EXACT));
  }

  private static double byHand(String text) {
    double logLikelihood = 0;
    int before = 0;
    for (int c : text.chars().toArray()) {
      logLikelihood -= 1 + Math.abs(before - c);
      before = c;
    }
    return logLikelihood;
  }

  private List<DocumentScore> scores(boolean endOfText, int batchSize, String... texts) {
    List<Text> documents = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      documents.add(new Text("document-" + i, texts[i]));
    }
    List<DocumentScore> scores = new ArrayList<>();
    new DocumentScorer(
            documents.iterator(),
            text -> text.chars().toArray(),
            VOCAB_SIZE,
            new RollingWindows(CONTEXT_LENGTH, endOfText ? OptionalInt.of(0) : OptionalInt.empty()),
            this::losses,
            batchSize)
        .forEachRemaining(scores::add);
    return scores;
  }

  private float[] losses(CausalBatch batch) {
    batchSizes.add(batch.size());
    float[] losses = new float[batch.inputs().length];
    for (int i = 0; i < losses.length; i++) {
      int target = batch.targets()[i];
      losses[i] = target < 0 ? 0 : 1 + Math.abs(batch.inputs()[i] - target);
    }
    return losses;
  }
}
