package dev.kindling.spark.train.dl4j;

import dev.kindling.spark.parallel.TaskBackends;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.TaskCompletionListener;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * The batches of one replica's local steps, each read from the token shards at the moment that its
 * worker asks for it: nothing is exported, and nothing is held but the batch that is trained on.
 *
 * @param network what reads them
 * @param source the token shards
 * @param firstStep the optimiser step that the round begins with
 * @param firstSamples [R, H]: the first sample of every step of every replica
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
record ReplicaBatches(
    Dl4jNetwork network, BatchSource source, long firstStep, long[][] firstSamples)
    implements FlatMapFunction<Integer, MultiDataSet> {

  @Override
  public Iterator<MultiDataSet> call(Integer replica) {
    // DL4J asks for the first batch before it makes its network.
    TaskBackends.bindThread(Dl4jNetwork.KERNELS);
    BatchSource.Reader reader = source.open();
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> reader.close());
    long[] samples = firstSamples[replica];
    return IntStream.range(0, samples.length)
        .mapToObj(i -> network.dataSet(reader.read(samples[i]), firstStep + i, replica))
        .iterator();
  }
}
