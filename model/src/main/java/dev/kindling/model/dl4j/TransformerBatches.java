package dev.kindling.model.dl4j;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.train.StepPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Batches as DL4J hands them to a {@link TransformerLayer}, which has one input: one row for every
 * sequence, of 32-bit integers. A row is a list of columns:
 *
 * <ul>
 *   <li>of a causal batch: inputs [T], targets [T];
 *   <li>of a masked batch: inputs [T], segments [T], targets [T], length, next sentence (or {@link
 *       Batch#IGNORED} where nothing is to be predicted);
 *   <li>of both, at the end: the number of the sequence among those of all replicas, which dropout
 *       is drawn by.
 * </ul>
 */
public final class TransformerBatches {
  private static final int NUM_SCALARS_OF_MASKED = 3;

  private TransformerBatches() {}

  /**
   * Features [B, columns] of a batch, and labels [B, 1] that nothing is read from.
   *
   * @param position of the step: who draws its dropout
   * @throws IllegalArgumentException if the batch is neither of a decoder nor of an encoder alone
   */
  public static MultiDataSet of(Batch batch, StepPosition position) {
    int size = batch.size();
    int[] sequences = new int[size];
    for (int row = 0; row < size; row++) {
      sequences[row] = Math.toIntExact(position.firstSample() + row);
    }
    List<int[]> columns = new ArrayList<>(columns(batch));
    columns.add(sequences);
    int width = columns.stream().mapToInt(column -> column.length / size).sum();
    int[] rows = new int[size * width];
    for (int row = 0; row < size; row++) {
      int at = row * width;
      for (int[] column : columns) {
        int length = column.length / size;
        System.arraycopy(column, row * length, rows, at, length);
        at += length;
      }
    }
    return new MultiDataSet(
        Nd4j.createFromArray(rows).reshape(size, width), Nd4j.zeros(DataType.INT32, size, 1));
  }

  private static List<int[]> columns(Batch batch) {
    if (batch instanceof CausalBatch causal) {
      return List.of(causal.inputs(), causal.targets());
    }
    if (batch instanceof MaskedBatch masked) {
      int[] nextSentence = masked.nextSentence();
      if (nextSentence.length == 0) {
        nextSentence = new int[masked.size()];
        Arrays.fill(nextSentence, Batch.IGNORED);
      }
      return List.of(
          masked.inputs(), masked.segments(), masked.targets(), masked.lengths(), nextSentence);
    }
    throw new IllegalArgumentException(
        "A "
            + batch.getClass().getSimpleName()
            + " was given: expected the batch of a GPT or of a BERT; an encoder-decoder is trained"
            + " by the engine's own averaging");
  }

  /** A batch, and the number of its first sequence. */
  record Read(Batch batch, long firstSample) {}

  /**
   * The reverse of {@link #of}.
   *
   * @param features [B, columns]
   */
  static Read read(ArchitectureConfig model, INDArray features) {
    int size = Math.toIntExact(features.size(0));
    Columns columns = new Columns(features.dup('c').data().asInt(), size);
    Batch batch;
    if (model instanceof GptConfig) {
      int length = (columns.width - 1) / 2;
      batch = new CausalBatch(size, length, columns.next(length), columns.next(length));
    } else if (model instanceof BertConfig) {
      int length = (columns.width - NUM_SCALARS_OF_MASKED) / 3;
      int[] inputs = columns.next(length);
      int[] segments = columns.next(length);
      int[] targets = columns.next(length);
      int[] lengths = columns.next(1);
      int[] nextSentence = columns.next(1);
      boolean predictsNext = nextSentence[0] != Batch.IGNORED;
      batch =
          new MaskedBatch(
              size,
              length,
              inputs,
              segments,
              lengths,
              targets,
              predictsNext ? nextSentence : new int[0]);
    } else {
      throw new IllegalArgumentException(
          model.getClass().getSimpleName() + " was given: expected a GPT or a BERT");
    }
    return new Read(batch, columns.next(1)[0]);
  }

  private static final class Columns {
    private final int[] rows;
    private final int size;
    private final int width;
    private int at;

    Columns(int[] rows, int size) {
      this.rows = rows;
      this.size = size;
      this.width = rows.length / size;
    }

    int[] next(int length) {
      int[] column = new int[size * length];
      for (int row = 0; row < size; row++) {
        System.arraycopy(rows, row * width + at, column, row * length, length);
      }
      at += length;
      return column;
    }
  }
}
