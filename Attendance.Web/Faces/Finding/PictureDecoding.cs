using OpenCvSharp;

namespace Attendance.Web.Faces.Finding;

internal static class PictureDecoding
{
    /// <summary>
    /// Decodes a picture whose structure was checked before (<see cref="JpegStructure"/>), and rotates it as its metadata says.
    /// </summary>
    /// <returns>Null if it cannot be decoded.</returns>
    public static Mat? Decode(ReadOnlySpan<byte> jpeg)
    {
        Mat picture;
        try
        {
            picture = Cv2.ImDecode(jpeg, ImreadModes.Color);
        }
        catch (OpenCVException)
        {
            return null;
        }

        if (!picture.Empty())
        {
            return picture;
        }

        picture.Dispose();
        return null;
    }
}
