package dev.kindling.model.backend.nd4j;

import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rows and elements that are looked up by number, one at a time. */
final class Nd4jRows {
  private final Nd4jViews views;

  Nd4jRows(Nd4jViews views) {
    this.views = views;
  }

  void gather(Tensor table, Tensor rows, Tensor output, boolean accumulate) {
    INDArray entries = views.rowsOf(table);
    int[] ids = rows.toInts();
    views.write(
        Nd4jViews.asRows(output),
        results -> {
          for (int i = 0; i < ids.length; i++) {
            INDArray result = results.getRow(i);
            INDArray entry = ids[i] < 0 ? Nd4j.zerosLike(result) : entries.getRow(ids[i]);
            result.assign(accumulate ? result.add(entry) : entry);
          }
        });
  }

  void scatterAdd(Tensor outputGradient, Tensor rows, Tensor tableGradient) {
    INDArray gradients = views.rowsOf(outputGradient);
    int[] ids = rows.toInts();
    views.write(
        Nd4jViews.asRows(tableGradient),
        entries -> {
          for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= 0) {
              entries.getRow(ids[i]).addi(gradients.getRow(i));
            }
          }
        });
  }

  void relativeBiasForward(Tensor table, Tensor buckets, Tensor bias) {
    double[] entries = table.toDoubles();
    int[] ids = buckets.toInts();
    int numHeads = numHeads(table);
    double[] results = new double[numHeads * ids.length];
    for (int head = 0; head < numHeads; head++) {
      for (int pair = 0; pair < ids.length; pair++) {
        results[head * ids.length + pair] = entries[ids[pair] * numHeads + head];
      }
    }
    bias.setDoubles(results);
  }

  void relativeBiasBackward(Tensor biasGradient, Tensor buckets, Tensor tableGradient) {
    double[] gradients = biasGradient.toDoubles();
    double[] results = tableGradient.toDoubles();
    int[] ids = buckets.toInts();
    int numHeads = numHeads(tableGradient);
    for (int head = 0; head < numHeads; head++) {
      for (int pair = 0; pair < ids.length; pair++) {
        results[ids[pair] * numHeads + head] += gradients[head * ids.length + pair];
      }
    }
    tableGradient.setDoubles(results);
  }

  private static int numHeads(Tensor table) {
    return Math.toIntExact(table.dim(1));
  }
}
