package dev.kindling.spark.train.dl4j;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.deeplearning4j.spark.impl.paramavg.aggregator.ParameterAveragingAggregationTuple;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A sum over some workers. What DL4J's listeners tell is not sent: nobody listens. */
final class AverageSerializer extends Serializer<ParameterAveragingAggregationTuple> {
  @Override
  public void write(Kryo kryo, Output output, ParameterAveragingAggregationTuple sum) {
    kryo.writeClassAndObject(output, sum.getParametersSum());
    kryo.writeClassAndObject(output, sum.getUpdaterStateSum());
    output.writeDouble(sum.getScoreSum());
    output.writeInt(sum.getAggregationsCount(), true);
  }

  @Override
  public ParameterAveragingAggregationTuple read(
      Kryo kryo, Input input, Class<ParameterAveragingAggregationTuple> type) {
    return ParameterAveragingAggregationTuple.builder()
        .parametersSum((INDArray) kryo.readClassAndObject(input))
        .updaterStateSum((INDArray) kryo.readClassAndObject(input))
        .scoreSum(input.readDouble())
        .aggregationsCount(input.readInt(true))
        .build();
  }
}
