package dev.kindling.spark.train.dl4j;

import com.esotericsoftware.kryo.Kryo;
import org.apache.spark.serializer.KryoRegistrator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.paramavg.aggregator.ParameterAveragingAggregationTuple;

/**
 * What DL4J's averaging sends about. Arrays of a CPU and of a GPU are registered under two numbers
 * that are the same everywhere, whichever of their classes is there; what was sent by one is
 * received as an array of the receiver's own backend.
 */
public final class Dl4jKryoRegistrator implements KryoRegistrator {
  private static final String CPU = "org.nd4j.linalg.cpu.nativecpu.NDArray";
  private static final String GPU = "org.nd4j.linalg.jcublas.JCublasNDArray";

  /** Stand for the array of a backend that is not on the classpath. */
  private static final class NoCpu {}

  private static final class NoGpu {}

  @Override
  public void registerClasses(Kryo kryo) {
    NdArraySerializer arrays = new NdArraySerializer();
    kryo.register(find(CPU, NoCpu.class), arrays);
    kryo.register(find(GPU, NoGpu.class), arrays);
    kryo.register(ComputationGraphConfiguration.class, new GraphConfigurationSerializer());
    kryo.register(NetBroadcastTuple.class, new BroadcastSerializer());
    kryo.register(ParameterAveragingAggregationTuple.class, new AverageSerializer());
  }

  /** Loaded but not initialised, so that no native library is loaded for it. */
  private static Class<?> find(String name, Class<?> absent) {
    try {
      return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      return absent;
    }
  }
}
