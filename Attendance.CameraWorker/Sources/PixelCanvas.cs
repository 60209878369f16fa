namespace Attendance.CameraWorker.Sources;

internal readonly record struct Rgb(byte Red, byte Green, byte Blue);

/// <summary>Draws rectangles, lines and digits on a picture with three bytes per pixel. Anything outside the picture is left out.</summary>
internal sealed class PixelCanvas(int width, int height)
{
    /// <summary>
    /// The strokes of each digit as bits, from the highest: top, upper left, upper right, middle, lower left, lower right, bottom.
    /// </summary>
    private static readonly byte[] s_digits = [0b1110111, 0b0010010, 0b1011101, 0b1011011, 0b0111010, 0b1101011, 0b1101111, 0b1010010, 0b1111111, 0b1111011];

    public byte[] Pixels { get; } = new byte[width * height * 3];

    public void Fill(int left, int top, int columns, int rows, Rgb colour)
    {
        var (right, bottom) = (Math.Min(left + columns, width), Math.Min(top + rows, height));
        for (var y = Math.Max(top, 0); y < bottom; y++)
        {
            for (var x = Math.Max(left, 0); x < right; x++)
            {
                var at = (y * width + x) * 3;
                Pixels[at] = colour.Red;
                Pixels[at + 1] = colour.Green;
                Pixels[at + 2] = colour.Blue;
            }
        }
    }

    public void Line(int fromX, int fromY, double toX, double toY, int thickness, Rgb colour)
    {
        var steps = (int)Math.Max(1, Math.Max(Math.Abs(toX - fromX), Math.Abs(toY - fromY)));
        for (var i = 0; i <= steps; i++)
        {
            Fill(
                (int)(fromX + (toX - fromX) * i / steps) - thickness / 2,
                (int)(fromY + (toY - fromY) * i / steps) - thickness / 2,
                thickness, thickness, colour);
        }
    }

    /// <summary>Draws digits, colons and points with seven-segment digits. Any other character leaves a gap.</summary>
    public void Text(ReadOnlySpan<char> text, int left, int top, int size, Rgb colour)
    {
        var thick = Math.Max(2, size / 6);
        foreach (var character in text)
        {
            if (char.IsAsciiDigit(character))
            {
                Digit(s_digits[character - '0'], left, top, size, thick, colour);
                left += size + thick * 2;
                continue;
            }

            if (character == ':')
            {
                Fill(left, top + size / 2, thick, thick, colour);
            }

            if (character is ':' or '.')
            {
                Fill(left, top + size * 2 - (character == ':' ? size / 2 : 0) - thick, thick, thick, colour);
            }

            left += thick * 3;
        }
    }

    private void Digit(byte strokes, int left, int top, int size, int thick, Rgb colour)
    {
        (int X, int Y, bool Across)[] places =
            [(0, 0, true), (0, 0, false), (size - thick, 0, false), (0, size - thick / 2, true), (0, size, false), (size - thick, size, false), (0, size * 2 - thick, true)];
        for (var i = 0; i < places.Length; i++)
        {
            if ((strokes & (0b1000000 >> i)) != 0)
            {
                var (x, y, across) = places[i];
                Fill(left + x, top + y, across ? size : thick, across ? thick : size, colour);
            }
        }
    }
}
