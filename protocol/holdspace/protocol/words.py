"""256 plain words, so that a check phrase can be read out over the telephone.

Three to seven letters, things one can picture, nothing medical, nothing sad. No two of them differ
in one letter only, and the first four letters tell them apart. The order is part of the protocol:
a word is one byte of a hash, so this list never changes.
"""

_IN_ORDER = """
    acorn almond amber anchor apple apron arrow autumn bacon badger bakery bamboo banjo barley
    basket beetle bell bench berry bicycle birch biscuit blanket blossom bonfire branch bread
    breeze brick bridge broom brother bucket buffalo button cabin cactus camel candle canyon
    carpet castle cedar ceiling chair cherry chimney circle cliff clock cloud clover cobalt cocoa
    coffee comet compass copper coral cotton cricket crystal cushion cypress daisy dancer dolphin
    donkey doorway dragon drizzle drum dune eagle echo emerald engine evening fabric falcon
    feather fern field flannel flute forest forge fossil fox frost galaxy garden garlic ginger
    glacier glove goose granite grape gravel guitar hammer harbor harp hazel hedge helmet heron
    hill honey horizon hotel igloo indigo iris island ivory jasmine jelly jigsaw jungle juniper
    kayak kettle kitchen kite koala ladder lagoon lake lantern laurel leaf lemon lilac lily linen
    lizard lobster lotus lumber magnet mango maple marble market marsh meadow mint mirror mitten
    mosaic moss motor muffin museum mustard napkin nectar nest noodle north nutmeg oak oasis
    oatmeal ocean onion opal orange orbit orchard otter oven owl oyster pancake paper peach pebble
    pencil pepper petal pigeon pine planet plum pocket pond poppy potato prairie pumpkin puzzle
    pyramid quartz quilt rabbit radio rainbow rhubarb ribbon river robin rose saffron salmon
    sandal saturn scarf sesame shadow shelter silver skyline slipper snow sofa sparrow sponge
    spoon spruce squash stairs stone sunrise swan teapot temple thimble thistle thunder tiger
    toast tomato topaz trumpet tulip tunnel turtle valley vanilla velvet village violet walnut
    water wheat willow window winter wool yarn yogurt zebra zigzag
"""
WORDS: tuple[str, ...] = tuple(_IN_ORDER.split())
