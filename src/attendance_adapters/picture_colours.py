"""Converts colours as their profile describes them to those of every screen (sRGB)."""

from __future__ import annotations

import io

from PIL import Image, ImageCms

# The mode of pictures, by the colours that their profile describes
MODE_OF_PROFILE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def to_screen_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Converts what the profile describes to sRGB; grey stays grey, and what is seen through so.

    A profile that is broken, or of other colours than the picture's, is passed over.
    """
    if not profile:
        return image
    transparency = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    pixels = image if transparency is None else image.convert(image.mode.removesuffix("A"))
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if MODE_OF_PROFILE.get(source.profile.xcolor_space.strip()) != pixels.mode:
            return image
        converted = ImageCms.profileToProfile(
            pixels,
            source,
            ImageCms.createProfile("sRGB"),
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except Exception:  # whatever it says, the pixels are still a picture
        return image
    assert converted is not None  # it was not made in place
    if pixels.mode == "L":
        converted = converted.convert("L")
    if transparency is not None:
        converted.putalpha(transparency)
    return converted
