package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.backend.onednn.Primitives.Reorder;
import dev.kindling.model.backend.onednn.Primitives.Softmax;
import dev.kindling.model.backend.onednn.Primitives.SoftmaxBackward;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.List;

/**
 * Attention, tile by tile ({@link AttentionTile}). Batched matmuls read queries, keys and values
 * where they lie in fused buffers and write their gradients there. Backward computes the
 * probabilities anew (FlashAttention's idea, Dao et al. 2022, at the grain that suits a CPU
 * library). Scores and softmax are F32; probabilities and the gradients of the scores are rounded
 * to the type of the activations for the products.
 */
final class OneDnnAttention implements AutoCloseable {
  private final Primitives primitives;
  private final HostKernels host;
  private final AttentionMasks masks = new AttentionMasks();
  private final Scratch scoreMemory = new Scratch();
  private final Scratch droppedMemory = new Scratch();
  private final Scratch gradientMemory = new Scratch();
  private final Scratch roundedMemory = new Scratch();
  private final Scratch roundedGradientMemory = new Scratch();

  OneDnnAttention(Primitives primitives, HostKernels host) {
    this.primitives = primitives;
    this.host = host;
  }

  void forward(AttentionInputs inputs, Tensor output) {
    Heads outputs = outputs(inputs, output);
    AttentionTile.forEach(
        inputs,
        tile -> {
          Tensor weights =
              inputs.dropout() == null ? weights(tile) : weights(tile, probabilities(tile));
          Layout scores = tile.scores(weights.dtype());
          primitives
              .get(Matmul.plain(scores, tile.keys(inputs.value()), tile.rows(outputs), false))
              .execute(
                  weights.address(), tile.keysAddress(inputs.value()), tile.rowsAddress(outputs));
        });
  }

  /** Probabilities without dropout, straight in the activations' type. */
  private Tensor weights(AttentionTile tile) {
    Tensor scores = scores(tile);
    DType dtype = tile.inputs().query().tensor().dtype();
    Tensor weights = dtype == DType.F32 ? scores : roundedMemory.tensor(dtype, tile.scoreShape());
    primitives
        .get(new Softmax(tile.scoreRows(DType.F32), tile.scoreRows(dtype), false))
        .execute(scores.address(), weights.address());
    return weights;
  }

  void backward(Tensor outputGradient, AttentionInputs inputs, AttentionGradients gradients) {
    Heads outputGradients = outputs(inputs, outputGradient);
    AttentionTile.forEach(inputs, tile -> tileBackward(tile, outputGradients, gradients));
  }

  /** The output, or its gradient, seen as the heads of the queries. */
  private static Heads outputs(AttentionInputs inputs, Tensor output) {
    Heads query = inputs.query();
    Tensor rows =
        output.reshape(
            query.batch() * query.length(),
            output.numElements() / (query.batch() * query.length()));
    return Heads.of(rows, query.batch(), 0, query.numHeads(), query.headSize());
  }

  private void tileBackward(AttentionTile tile, Heads outputs, AttentionGradients gradients) {
    AttentionInputs inputs = tile.inputs();
    DType dtype = outputs.tensor().dtype();
    Layout scores = tile.scores(dtype);
    Layout outputRows = tile.rows(outputs);
    boolean accumulate = tile.keysWereSeen();

    Tensor probabilities = probabilities(tile);
    Tensor weights = weights(tile, probabilities);
    primitives
        .get(
            Matmul.plain(scores.transposed(), outputRows, tile.keys(gradients.value()), accumulate))
        .execute(weights.address(), tile.rowsAddress(outputs), tile.keysAddress(gradients.value()));

    Tensor scoreGradient = scoreGradient(tile, outputs, probabilities, gradients.bias());
    primitives
        .get(Matmul.plain(scores, tile.keys(inputs.key()), tile.rows(gradients.query()), false))
        .execute(
            scoreGradient.address(),
            tile.keysAddress(inputs.key()),
            tile.rowsAddress(gradients.query()));
    primitives
        .get(
            Matmul.plain(
                scores.transposed(),
                tile.rows(inputs.query()),
                tile.keys(gradients.key()),
                accumulate))
        .execute(
            scoreGradient.address(),
            tile.rowsAddress(inputs.query()),
            tile.keysAddress(gradients.key()));
  }

  /**
   * The gradient of q kᵀ, in scratch: [B, G, R, K] of the activations' type. The scale of the
   * scores is applied first; softmax's gradient is linear in its input.
   */
  private Tensor scoreGradient(
      AttentionTile tile, Heads outputs, Tensor probabilities, Tensor biasGradient) {
    AttentionInputs inputs = tile.inputs();
    Tensor gradient = gradientMemory.tensor(DType.F32, tile.scoreShape());
    Layout scores = tile.scores(DType.F32);
    Layout values = tile.keys(inputs.value()).transposed();
    primitives
        .get(new Matmul(tile.rows(outputs), values, null, scores, inputs.scale(), List.of(), false))
        .execute(tile.rowsAddress(outputs), tile.keysAddress(inputs.value()), gradient.address());
    if (inputs.dropout() != null) {
      drop(tile, gradient, gradient);
    }
    Layout rows = tile.scoreRows(DType.F32);
    primitives
        .get(new SoftmaxBackward(rows, rows, rows))
        .execute(probabilities.address(), gradient.address(), gradient.address());
    if (biasGradient != null) {
      addToBias(tile, gradient, biasGradient);
    }
    return rounded(tile, gradient, outputs.tensor().dtype(), roundedGradientMemory);
  }

  /** Undoes the scale, and sums over the sequences. */
  private void addToBias(AttentionTile tile, Tensor gradient, Tensor biasGradient) {
    double scale = tile.inputs().scale();
    if (scale != 1) {
      host.scaleInPlace(gradient, 1 / scale);
    }
    Layout bias = tile.bias();
    Primitive add = primitives.get(new Reorder(tile.scoresOfSequence(), bias, true));
    long address = tile.biasAddress(biasGradient);
    for (long sequence = 0; sequence < tile.numBatches(); sequence++) {
      add.execute(sequenceAddress(tile, gradient, sequence), address);
    }
    if (scale != 1) {
      host.scaleInPlace(gradient, scale);
    }
  }

  private static long sequenceAddress(AttentionTile tile, Tensor scores, long sequence) {
    long elements = tile.numKeyHeads() * tile.numRows() * tile.numKeys();
    return scores.address() + sequence * elements * Float.BYTES;
  }

  /** Softmax of the masked scores, in scratch: F32 [B, G, R, K]. */
  private Tensor probabilities(AttentionTile tile) {
    Tensor scores = scores(tile);
    primitives
        .get(Softmax.inPlace(tile.scoreRows(DType.F32), false))
        .execute(scores.address(), scores.address());
    return scores;
  }

  /** Scaled, biased and masked scores, in scratch: F32 [B, G, R, K]. */
  private Tensor scores(AttentionTile tile) {
    AttentionInputs inputs = tile.inputs();
    Tensor scores = scoreMemory.tensor(DType.F32, tile.scoreShape());
    boolean biased = inputs.bias() != null;
    if (biased) {
      // As a post-operation of the product, a bias per head would run in oneDNN's plainest code.
      Primitive copy = primitives.get(Reorder.plain(tile.bias(), tile.scoresOfSequence()));
      for (long sequence = 0; sequence < tile.numBatches(); sequence++) {
        copy.execute(tile.biasAddress(inputs.bias()), sequenceAddress(tile, scores, sequence));
      }
    }
    AttentionMasks.Addends addends = masks.of(tile);
    long[] addresses = new long[3 + addends.addresses().size()];
    addresses[0] = tile.rowsAddress(inputs.query());
    addresses[1] = tile.keysAddress(inputs.key());
    addresses[2] = scores.address();
    for (int i = 3; i < addresses.length; i++) {
      addresses[i] = addends.addresses().get(i - 3);
    }
    primitives
        .get(
            new Matmul(
                tile.rows(inputs.query()),
                tile.keys(inputs.key()).transposed(),
                null,
                tile.scores(DType.F32),
                inputs.scale(),
                addends.layouts(),
                biased))
        .execute(addresses);
    return scores;
  }

  /** The same in the type of the activations. */
  private Tensor rounded(AttentionTile tile, Tensor values, DType dtype, Scratch memory) {
    if (dtype == values.dtype()) {
      return values;
    }
    Tensor rounded = memory.tensor(dtype, tile.scoreShape());
    primitives
        .get(Reorder.plain(tile.scoreRows(values.dtype()), tile.scoreRows(dtype)))
        .execute(values.address(), rounded.address());
    return rounded;
  }

  /** What the values are weighted with: probabilities after dropout, in the activations' type. */
  private Tensor weights(AttentionTile tile, Tensor probabilities) {
    Tensor dropped = probabilities;
    if (tile.inputs().dropout() != null) {
      dropped = droppedMemory.tensor(DType.F32, tile.scoreShape());
      drop(tile, probabilities, dropped);
    }
    DType dtype = tile.inputs().query().tensor().dtype();
    return rounded(tile, dropped, dtype, roundedMemory);
  }

  /** Elements are numbered in [H, Tq, Tk], whatever the tile. */
  private void drop(AttentionTile tile, Tensor source, Tensor target) {
    Dropout dropout = tile.inputs().dropout();
    long queryLength = tile.inputs().query().length();
    long keyLength = tile.inputs().key().length();
    host.dropoutOfRows(
        source,
        dropout,
        target,
        row -> {
          long head = row / tile.numRows() % tile.numKeyHeads();
          long queryRow = tile.firstRow() + row % tile.numRows();
          return (tile.queryHead(head) * queryLength + queryRow) * keyLength;
        },
        row -> tile.firstBatch() + row / (tile.numRows() * tile.numKeyHeads()));
  }

  @Override
  public void close() {
    masks.close();
    scoreMemory.close();
    droppedMemory.close();
    gradientMemory.close();
    roundedMemory.close();
    roundedGradientMemory.close();
  }
}
