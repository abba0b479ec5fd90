package dev.kindling.spark.train.dl4j;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays as their type, shape and bytes, copied in blocks; DL4J's own serializer writes a number at
 * a time. Numbers are little-endian, as in every other file and message of ours.
 */
final class NdArraySerializer extends Serializer<INDArray> {
  private static final int BLOCK_BYTES = 1 << 16;

  /** For arrays that are never null and that Kryo need not know as references. */
  NdArraySerializer() {
    super(false, true);
  }

  @Override
  public void write(Kryo kryo, Output output, INDArray array) {
    INDArray dense = array.isView() || array.ordering() != 'c' ? array.dup('c') : array;
    output.writeString(dense.dataType().name());
    output.writeInt(dense.rank(), true);
    for (long dim : dense.shape()) {
      output.writeLong(dim, true);
    }
    Nd4j.getAffinityManager().ensureLocation(dense, Location.HOST);
    ByteBuffer bytes = dense.data().asNio();
    byte[] block = new byte[BLOCK_BYTES];
    for (long left = numBytes(dense); left > 0; left -= block.length) {
      int length = (int) Math.min(left, block.length);
      bytes.get(block, 0, length);
      output.writeBytes(block, 0, length);
    }
  }

  @Override
  public INDArray read(Kryo kryo, Input input, Class<INDArray> type) {
    DataType dataType = DataType.valueOf(input.readString());
    long[] shape = new long[input.readInt(true)];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = input.readLong(true);
    }
    INDArray array = Nd4j.createUninitializedDetached(dataType, 'c', shape);
    ByteBuffer bytes = array.data().asNio();
    byte[] block = new byte[BLOCK_BYTES];
    for (long left = numBytes(array); left > 0; left -= block.length) {
      int length = (int) Math.min(left, block.length);
      input.readBytes(block, 0, length);
      bytes.put(block, 0, length);
    }
    Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
    return array;
  }

  private static long numBytes(INDArray array) {
    return array.length() * array.dataType().width();
  }
}
