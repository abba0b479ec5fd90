package dev.kindling.spark.train.dl4j;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The global model as it goes to the workers. */
final class BroadcastSerializer extends Serializer<NetBroadcastTuple> {
  @Override
  public void write(Kryo kryo, Output output, NetBroadcastTuple model) {
    kryo.writeClassAndObject(output, model.getGraphConfiguration());
    kryo.writeClassAndObject(output, model.getParameters());
    kryo.writeClassAndObject(output, model.getUpdaterState());
  }

  @Override
  public NetBroadcastTuple read(Kryo kryo, Input input, Class<NetBroadcastTuple> type) {
    return new NetBroadcastTuple(
        (ComputationGraphConfiguration) kryo.readClassAndObject(input),
        (INDArray) kryo.readClassAndObject(input),
        (INDArray) kryo.readClassAndObject(input));
  }
}
